using Deit.Operators.Kernels;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The parameters of a model as views into one tensor for each of their groups, their gradients likewise: what an optimizer, clipping
/// or an average does to all of them is then one pass over memory. Names, state dictionary, checkpoints and autograd do not notice.
/// </summary>
/// <remarks>
/// Make it after the model was moved to its device, and do not move it afterwards. Gradients must stay where they are: set them to zero
/// (<see cref="ZeroGradients"/>, <see cref="AdamW.ZeroGradients"/>) and not to null, which <c>zero_grad()</c> does.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    /// <summary>Moves the parameters' storage.</summary>
    /// <param name="groups">The parameters, as <see cref="WeightDecayGroups.Create"/> gives them.</param>
    public FlatParameters(IReadOnlyList<ParameterGroup> groups) => Groups = [.. groups.Select(static group => new FlatGroup(group))];

    /// <summary>The groups, in the order given.</summary>
    public IReadOnlyList<FlatGroup> Groups { get; }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        using IDisposable noGradient = no_grad();
        foreach (FlatGroup group in Groups)
        {
            group.Gradients.zero_();
        }
    }

    /// <summary>
    /// The Euclidean norm of all gradients together, in double precision and one pass: not finite where one of them is not.
    /// </summary>
    public double GradientNorm() => Math.Sqrt(Groups.Sum(static group => SquareSum(group)));

    /// <summary>
    /// The factor that brings the gradients' norm down to a maximum, as <see cref="GradientClipping.ByNorm"/> scales them; 1 where it is not
    /// longer, or not finite.
    /// </summary>
    /// <param name="norm">What <see cref="GradientNorm"/> gave.</param>
    /// <param name="maximum">The longest norm to leave as it is; greater than 0.</param>
    public static double ClipFactor(double norm, double maximum)
    {
        Check.Value("The gradient norm's maximum", maximum, maximum > 0, "greater than 0");
        return double.IsFinite(norm) ? Math.Min(1, maximum / (norm + GradientClipping.Epsilon)) : 1;
    }

    /// <summary>Lets go of the flat tensors; the model keeps working on their memory.</summary>
    public void Dispose()
    {
        foreach (FlatGroup group in Groups)
        {
            group.Dispose();
        }
    }

    private static unsafe double SquareSum(FlatGroup group)
    {
        if (!group.IsOnHost)
        {
            using var eager = Eager.Begin();
            return group.Gradients.to(ScalarType.Float64).square().sum().item<double>();
        }

        long count = group.Gradients.NumberOfElements;
        double[] sums = new double[(count + SquareSums.Block - 1) / SquareSums.Block];
        fixed (double* pointer = sums)
        {
            NativeParallel.For(sums.Length, 1, new SquareSums(FlatGroup.PointerTo(group.Gradients), count, pointer));
        }

        return sums.Sum();
    }
}
