using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>Dropout: a mask is drawn, and applied to values and their gradients.</content>
public static partial class Fused
{
    /// <summary>Writes what a dropout multiplies by in this step: 0, or 1 / (1 - rate). Whenever it is asked, it is the same.</summary>
    /// <param name="draw">What was drawn before the step.</param>
    /// <param name="mask">As the values that it is applied to.</param>
    /// <param name="kept">The images that <paramref name="mask"/> has rows for, packed, inside a branch of stochastic depth; null where it has all.</param>
    public static void DrawMask(DropoutDraw draw, Matrix mask, KeptImages? kept = null)
    {
        using var eager = Eager.Begin();
        if (kept is null || kept.HasAll)
        {
            draw.Fill(mask.Tensor);
            return;
        }

        Tensor memory = empty([Shapes.Times(mask.Rows, kept.Count) * kept.Factors.Rows, mask.Columns], dtype: mask.Type, device: mask.Tensor.device);
        draw.Fill(memory);
        using var all = new Matrix(memory, 0, memory.shape[0], mask.Columns);
        using Matrix packed = kept.Take(all);
        Copy(packed, mask);
    }

    /// <summary>y = x · mask, element by element; so is the gradient of x made from that of y.</summary>
    /// <param name="x">Any matrix.</param>
    /// <param name="mask">Of the same shape.</param>
    /// <param name="y">Of the same shape; may be <paramref name="x"/>.</param>
    public static void ApplyMask(Matrix x, Matrix mask, Matrix y)
    {
        Shapes.Same(x, mask);
        Shapes.Same(x, y);
        if (x.OnHost)
        {
            Elementwise.Map<ProductFunction>(x, mask, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor * mask.Tensor);
    }
}
