using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The parameters' part of an <see cref="ExponentialMovingAverage"/> as flat tensors, so that <see cref="FusedAdamW"/> moves it in its
/// own pass. The average stays what it was for everyone else: only where its tensors lie changes.
/// </summary>
public sealed class FlatAverage : IDisposable
{
    private readonly (Tensor Shadow, Tensor Model)[] _others;

    /// <summary>Moves the storage of the average's tensors.</summary>
    /// <param name="model">The model that is averaged.</param>
    /// <param name="average">The average, which stays its owner's. Its own <c>Update</c> would do the work of a step once more.</param>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="decay">The average's decay.</param>
    public FlatAverage(nn.Module model, ExponentialMovingAverage average, FlatParameters parameters, double decay)
    {
        Decay = decay;
        using IDisposable noGradient = no_grad();
        Groups = [.. parameters.Groups.Select(group => Flat(group, average))];
        HashSet<string> moved = [.. parameters.Groups.SelectMany(static group => group.Entries).Select(static entry => entry.Name)];
        _others = [.. model.state_dict().Where(entry => !moved.Contains(entry.Key)).Select(entry => (average.Shadow[entry.Key], entry.Value))];
    }

    /// <summary>How much of itself the average keeps at the next step, from 0 to 1.</summary>
    public double Decay { get; set; }

    /// <summary>The averages of each group's parameters, laid out as those.</summary>
    public IReadOnlyList<Tensor> Groups { get; }

    /// <summary>Lets go of the flat tensors; the average keeps their memory.</summary>
    public void Dispose()
    {
        foreach (Tensor group in Groups)
        {
            group.Dispose();
        }
    }

    /// <summary>Moves what no optimizer knows: buffers are averaged, or copied where they count.</summary>
    internal void UpdateOthers()
    {
        using var eager = Eager.Begin();
        foreach ((Tensor shadow, Tensor model) in _others)
        {
            if (model.is_floating_point()) shadow.mul_(Decay).add_(model, alpha: 1 - Decay);
            else shadow.copy_(model);
        }
    }

    private static Tensor Flat(FlatGroup group, ExponentialMovingAverage average)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = zeros_like(group.Values, device: group.Values.device).DetachFromDisposeScope();
        foreach (FlatEntry entry in group.Entries)
        {
            Tensor shadow = average.Shadow[entry.Name];
            Tensor place = entry.In(flat);
            place.copy_(shadow);
            shadow.set_(place);
        }

        return flat;
    }
}
