using Deit.Benchmarks.Idiomatic;
using Deit.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>A generated model, the same model as a good user of TorchSharp writes it, with the same weights, and a batch for both.</summary>
internal sealed class ModelPair : IDisposable
{
    private const int Seed = 0;
    private const double Tolerance = 1e-5;

    // Stochastic depth would give the two models different work.
    private static readonly ModelOptions Deterministic = new() { DropPath = 0 };

    private readonly List<IDisposable> _owned = [];

    private ModelPair(Classifier generated, nn.Module<Tensor, Tensor> idiomatic, int batch)
    {
        Generated = generated;
        Idiomatic = idiomatic;
        Description = ((IVisionModel)generated).Description;
        Images = randn([batch, .. Description.Input.Select(static size => (long)size)], device: CPU).DetachFromDisposeScope();
        Labels = randint(Description.Classes, [batch], dtype: ScalarType.Int64, device: CPU).DetachFromDisposeScope();
        CopyWeights();
    }

    /// <summary>The model out of the generator.</summary>
    public Classifier Generated { get; }

    /// <summary>The hand-written model.</summary>
    public nn.Module<Tensor, Tensor> Idiomatic { get; }

    /// <summary>What the compiler knows of the model.</summary>
    public ModelDescription Description { get; }

    /// <summary>Noise, float32, shape (batch, 3, 224, 224).</summary>
    public Tensor Images { get; }

    /// <summary>Random classes, int64, shape (batch).</summary>
    public Tensor Labels { get; }

    /// <summary>The models that are compared, a transformer and a convolutional network.</summary>
    /// <param name="batch">Images a batch.</param>
    public static IEnumerable<Func<ModelPair>> All(int batch)
    {
        yield return () => Create(() => new(
            new DeitTinyPatch16_224(Deterministic),
            new VisionTransformer(imageSize: 224, patchSize: 16, width: 192, depth: 12, heads: 3, classes: 1000),
            batch));
        yield return () => Create(() => new(
            new RegNetY002(Deterministic),
            new RegNetY(stemWidth: 32, depths: [1, 1, 4, 7], widths: [24, 56, 152, 368], groupWidth: 8, classes: 1000),
            batch));
    }

    /// <summary>Makes sure that both models compute the same, so that comparing their times is honest.</summary>
    /// <exception cref="DeitException">The losses on the batch differ.</exception>
    public void RequireSameLoss()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        float generated = Loss(Generated);
        float idiomatic = Loss(Idiomatic);
        if (Math.Abs(generated - idiomatic) <= Tolerance * Math.Abs(idiomatic)) return;
        throw new DeitException(FormattableString.Invariant(
            $"{Description.Name}: the generated model's loss is {generated}, the hand-written one's {idiomatic}; correct the hand-written model before timing it."));
    }

    /// <summary>Disposes something together with the pair: what a candidate needs for its models.</summary>
    public T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _owned.ForEach(static resource => resource.Dispose());
        Images.Dispose();
        Labels.Dispose();
        Generated.Dispose();
        Idiomatic.Dispose();
    }

    private static ModelPair Create(Func<ModelPair> create)
    {
        manual_seed(Seed);
        return create();
    }

    private float Loss(nn.Module<Tensor, Tensor> model) => nn.functional.cross_entropy(model.call(Images), Labels).item<float>();

    private void CopyWeights()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();

        // Fresh models hide faults: scales of 0 switch residual branches off, and small heads give every class the same logit.
        foreach (Tensor parameter in Generated.parameters()) parameter.add_(randn_like(parameter, device: CPU), alpha: 0.05);
        Idiomatic.load_state_dict(Generated.state_dict());
    }
}
