using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// A model's generated inference: its layers as their weights are now, and a pass for each batch size that is in use. When weights
/// have changed, layers are laid out anew.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="input">The shape of an image that generated code is made for: channels, height, width.</param>
/// <param name="create">Makes the pass of a batch size; null of a model without generated inference code.</param>
public sealed class ModelInference(nn.Module model, ImmutableArray<int> input, Func<PackedLayers, long, FusedInference?> create) : IDisposable
{
    // Parts of a batch, the last of them, and single images.
    private const int PassesKept = 3;

    private readonly LinkedList<(long Batch, FusedInference Pass)> _passes = [];
    private PackedLayers? _layers;
    private WeightSamples? _samples;

    /// <summary>Runs the forward pass of evaluation, whatever mode the model is in.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    /// <returns>
    /// The logits of every head, (batch, classes), the caller's to dispose; empty where the model has no generated code for such images.
    /// </returns>
    public Tensor[] Forward(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[0] == 0 || !images.shape.AsSpan(1).SequenceEqual([.. input.Select(static extent => (long)extent)])) return [];
        if (_samples?.HaveChanged() == true) Forget();
        using IDisposable noGradient = no_grad();
        long batch = images.shape[0];

        // An image for each thread: what it computes stays in the thread's cache, and memory does not grow with the batch.
        long atOnce = images.device_type == DeviceType.CPU ? NativeParallel.Threads : batch;
        if (batch <= atOnce) return Pass(images) is { } whole ? [.. whole.Logits.Select(static logits => logits.Tensor.clone())] : [];

        Tensor[] heads = [];
        for (long begin = 0; begin < batch; begin += atOnce)
        {
            using Tensor part = images.narrow(0, begin, Math.Min(atOnce, batch - begin));
            if (Pass(part) is not { } pass) return [];
            if (begin == 0) heads = [.. pass.Logits.Select(logits => empty([batch, logits.Columns], logits.Type, logits.Tensor.device))];
            for (int head = 0; head < heads.Length; head++)
            {
                using Tensor rows = heads[head].narrow(0, begin, part.shape[0]);
                rows.copy_(pass.Logits[head].Tensor);
            }
        }

        return heads;
    }

    /// <summary>Forgets the weights: the next pass takes them as they are then.</summary>
    public void Forget()
    {
        foreach ((_, FusedInference pass) in _passes) pass.Dispose();
        _passes.Clear();
        _layers?.Dispose();
        _layers = null;
        _samples?.Dispose();
        _samples = null;
    }

    /// <summary>Frees all memory.</summary>
    public void Dispose() => Forget();

    /// <summary>Runs the pass of a batch size; null where there is none.</summary>
    private FusedInference? Pass(Tensor images)
    {
        FusedInference? pass = PassFor(images.shape[0]);
        pass?.Forward(images);
        return pass;
    }

    private FusedInference? PassFor(long batch)
    {
        for (LinkedListNode<(long Batch, FusedInference Pass)>? node = _passes.First; node is not null; node = node.Next)
        {
            if (node.Value.Batch != batch) continue;
            _passes.Remove(node);
            _passes.AddFirst(node);
            return node.Value.Pass;
        }

        // Tensors that are made in inference mode could not be written to outside of it.
        using IDisposable normalMode = inference_mode(false);
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        _layers ??= new(model);
        if (create(_layers, batch) is not { } pass) return null;
        _samples ??= new(_layers.Tensors);
        _passes.AddFirst((batch, pass));
        if (_passes.Count > PassesKept)
        {
            _passes.Last!.Value.Pass.Dispose();
            _passes.RemoveLast();
        }

        return pass;
    }
}
