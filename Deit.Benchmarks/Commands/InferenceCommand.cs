using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Commands;

/// <summary>A forward pass in evaluation, without autograd.</summary>
internal static class InferenceCommand
{
    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output) =>
        ModelTimings.Run(arguments, output, "Inference: forward in evaluation", train: false, static pair =>
        {
            pair.Generated.eval();
            pair.Idiomatic.eval();
            pair.RequireSameLoss();
            return [new("hand-written", Forward(pair.Idiomatic, pair.Batch.Images)), new("generated", Forward(pair.Generated, pair.Batch.Images))];
        });

    private static Action Forward(nn.Module<Tensor, Tensor> model, Tensor images) => () =>
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        model.call(images);
    };
}
