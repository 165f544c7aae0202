using Deit.Interchange;
using Deit.Optimization;
using TorchSharp.Modules;

namespace Deit.Training;

/// <summary>Clips the gradients of a training tensor by tensor, as its options say.</summary>
internal sealed class GradientClipper
{
    private readonly ClipMode _mode;
    private readonly double _limit;
    private readonly Parameter[] _parameters;

    public GradientClipper(IVisionModel model, TrainingOptions options, IReadOnlyList<ParameterGroup> groups)
    {
        _mode = options.ClipMode;
        _limit = options.ClipLimit;
        string[] spared = _mode == ClipMode.Agc ? [.. ModelHeads.Of(model.Description).Select(static head => head + ".")] : [];
        _parameters =
        [
            .. groups.SelectMany(static group => group.Parameters)
                .Where(entry => !spared.Any(head => entry.Name.StartsWith(head, StringComparison.Ordinal)))
                .Select(static entry => entry.Parameter),
        ];
    }

    /// <summary>Whether all gradients are scaled by one factor, which an optimizer can do itself.</summary>
    public bool IsByNorm => _limit > 0 && _mode == ClipMode.Norm;

    /// <summary>Clips the gradients in place.</summary>
    public void Clip()
    {
        if (_limit == 0) return;
        switch (_mode)
        {
            case ClipMode.Value:
                GradientClipping.ByValue(_parameters, _limit);
                break;
            case ClipMode.Agc:
                GradientClipping.Adaptively(_parameters, _limit);
                break;
            default:
                GradientClipping.ByNorm(_parameters, _limit);
                break;
        }
    }
}
