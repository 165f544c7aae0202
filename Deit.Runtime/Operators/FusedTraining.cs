using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>The fused training steps of a model, one for each batch size that was asked for.</summary>
/// <param name="model">The model.</param>
/// <param name="input">The shape of an image that generated code is made for: channels, height, width.</param>
/// <param name="create">Makes the step of a batch size; null of a model without generated training code.</param>
public sealed class FusedTraining(nn.Module model, ImmutableArray<int> input, Func<long, FusedStep?> create) : IDisposable
{
    private readonly Dictionary<long, FusedStep?> _steps = [];
    private readonly HashSet<long> _busy = [];
    private ImmutableArray<(nint Address, bool IsTrained)> _places = [];

    /// <summary>Runs the forward pass.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    /// <exception cref="DeitException">The model has no training code, or it is made for images of another shape.</exception>
    /// <exception cref="InvalidOperationException">The last tape of this batch size was not disposed.</exception>
    public TrainingTape Forward(Tensor images)
    {
        if (images.dim() != 4 || !images.shape.AsSpan(1).SequenceEqual([.. input.Select(static extent => (long)extent)]))
        {
            throw new DeitException(
                $"Generated training code of {model.GetName()} takes images (batch, {string.Join(", ", input)}), not ({string.Join(", ", images.shape)}): "
                + "declare the model with that image_size, or train it on its reference path.");
        }

        long batch = images.shape[0];
        ImmutableArray<(nint Address, bool IsTrained)> places = Places(model);
        if (!places.AsSpan().SequenceEqual(_places.AsSpan()))
        {
            if (_busy.Count > 0) throw new InvalidOperationException("The model's parameters were moved or frozen while a tape is in use: dispose it first.");
            Dispose();
            _places = places;
        }

        if (!_steps.TryGetValue(batch, out FusedStep? step))
        {
            using IDisposable scope = NewDisposeScope();
            _steps.Add(batch, step = create(batch));
        }

        if (step is null) throw new DeitException("The model has no generated training code: train it on its reference path.");
        if (!_busy.Add(batch)) throw new InvalidOperationException("The last tape of this batch size is still in use: dispose it first.");
        try
        {
            return new(step, images, () => _busy.Remove(batch));
        }
        catch
        {
            _busy.Remove(batch);
            throw;
        }
    }

    /// <summary>Frees the memory of all steps.</summary>
    public void Dispose()
    {
        foreach (FusedStep? step in _steps.Values) step?.Dispose();
        _steps.Clear();
    }

    /// <summary>
    /// Where a model's parameters are, and which are trained. A step keeps their memory: when one moves, to a device or into flat storage, it
    /// is made anew. All are looked at, since frozen ones stay where they are.
    /// </summary>
    private static ImmutableArray<(nint Address, bool IsTrained)> Places(nn.Module model) =>
        [.. model.parameters().Select(static parameter => (Aten.AddressOf(parameter), parameter.requires_grad))];
}
