using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Optimization;

/// <summary>
/// A shadow of a model's state dictionary that follows it slowly (Polyak averaging; timm's <c>ModelEmaV2</c>):
/// <c>shadow = decay * shadow + (1 - decay) * model</c> for parameters and floating-point buffers; other buffers, such as
/// the batch counts of normalisations, are copied.
/// </summary>
/// <remarks>Made after the model was moved to its device: it keeps the tensors that the state dictionary holds then.</remarks>
public sealed class ExponentialMovingAverage : IDisposable
{
    private readonly Dictionary<string, Tensor> _model;
    private readonly Dictionary<string, Tensor> _shadow;
    private readonly Scalar _decay;
    private readonly Scalar _share;
    private bool _swapped;

    /// <summary>Makes a shadow equal to the model.</summary>
    /// <param name="model">The model to follow; it stays its owner's.</param>
    /// <param name="decay">How much of itself the shadow keeps at an update, from 0 to 1; DeiT's is 0.99996.</param>
    /// <exception cref="DeitException"><paramref name="decay"/> is not from 0 to 1.</exception>
    public ExponentialMovingAverage(nn.Module model, double decay)
    {
        _decay = Check.Value("The moving average's decay", decay, decay is >= 0 and <= 1, "from 0 to 1");
        _share = 1 - decay;
        _model = model.state_dict();
        using IDisposable noGradient = no_grad();
        _shadow = _model.ToDictionary(
            static entry => entry.Key, static entry => entry.Value.clone().DetachFromDisposeScope(), StringComparer.Ordinal);
    }

    /// <summary>
    /// The averaged state dictionary: the average's own tensors, which <see cref="Update()"/> changes; do not dispose them.
    /// </summary>
    /// <exception cref="InvalidOperationException">The weights are swapped.</exception>
    public IReadOnlyDictionary<string, Tensor> Shadow
    {
        get
        {
            RefuseWhileSwapped();
            return _shadow;
        }
    }

    /// <summary>Moves the shadow towards the model; call it after every step of the optimizer.</summary>
    /// <exception cref="InvalidOperationException">The weights are swapped.</exception>
    public void Update() => Update(_decay, _share);

    /// <summary>Moves the shadow towards the model by another decay, as <see cref="EmaDecay"/> gives it.</summary>
    /// <param name="decay">How much of itself the shadow keeps, from 0 to 1.</param>
    /// <exception cref="InvalidOperationException">The weights are swapped.</exception>
    public void Update(double decay)
    {
        using Scalar kept = decay;
        using Scalar share = 1 - decay;
        Update(kept, share);
    }

    /// <summary>Gives the model the averaged weights, to evaluate them, until the result is disposed.</summary>
    /// <exception cref="InvalidOperationException">The weights are swapped already.</exception>
    public IDisposable Swap()
    {
        RefuseWhileSwapped();
        Exchange();
        _swapped = true;
        return new Restoration(this);
    }

    /// <summary>Takes over a saved shadow. Entries of other names are ignored.</summary>
    /// <param name="shadow">What <see cref="Shadow"/> gave, on any device; it is copied.</param>
    /// <exception cref="DeitException">An entry is missing or has another shape; nothing was changed then.</exception>
    /// <exception cref="InvalidOperationException">The weights are swapped.</exception>
    public void LoadShadow(IReadOnlyDictionary<string, Tensor> shadow)
    {
        RefuseWhileSwapped();
        SavedTensors.Copy(shadow, _shadow, "moving average");
    }

    /// <summary>Frees the shadow, after giving the model its own weights back where they are swapped.</summary>
    public void Dispose()
    {
        Restore();
        foreach (Tensor tensor in _shadow.Values)
        {
            tensor.Dispose();
        }

        _decay.Dispose();
        _share.Dispose();
    }

    private void Update(Scalar decay, Scalar share)
    {
        RefuseWhileSwapped();
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor shadow) in _shadow)
        {
            Tensor model = _model[name];
            if (model.is_floating_point())
            {
                shadow.mul_(decay).add_(model, share);
            }
            else
            {
                shadow.copy_(model);
            }
        }
    }

    private void Restore()
    {
        if (_swapped)
        {
            Exchange();
            _swapped = false;
        }
    }

    private void Exchange()
    {
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor shadow) in _shadow)
        {
            using Tensor held = shadow.clone();
            shadow.copy_(_model[name]);
            _model[name].copy_(held);
        }
    }

    private void RefuseWhileSwapped()
    {
        if (_swapped)
        {
            throw new InvalidOperationException("The model holds the averaged weights: dispose the result of Swap first.");
        }
    }

    private sealed class Restoration(ExponentialMovingAverage average) : IDisposable
    {
        private ExponentialMovingAverage? _average = average;

        public void Dispose()
        {
            _average?.Restore();
            _average = null;
        }
    }
}
