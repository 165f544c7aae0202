using Deit.Operators.Kernels;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>Stochastic depth: a branch is computed for the images that keep it.</content>
public static partial class Fused
{
    /// <summary>
    /// The layer norm that begins a branch of stochastic depth: it is computed for the kept images, packed. What
    /// <paramref name="shifted"/> holds for all images is x + factor · shift.
    /// </summary>
    /// <inheritdoc cref="LayerNorm(Matrix, Matrix, Matrix, double, Matrix, Matrix, Matrix, Matrix, Matrix)"/>
    public static void LayerNorm(
        Matrix x, Matrix weight, Matrix bias, double epsilon, Matrix y, Matrix mean, Matrix inverseDeviation, KeptImages kept, Matrix? shift = null, Matrix? shifted = null)
    {
        if (kept.IsWhole)
        {
            LayerNorm(x, weight, bias, epsilon, y, mean, inverseDeviation, shift, shifted);
            return;
        }

        if (!kept.Any)
        {
            if (shifted is not null) Copy(x, shifted);
            return;
        }

        if (x.OnHost)
        {
            kept.LayerNorm(x, weight, bias, epsilon, y, mean, inverseDeviation);
            if (shifted is not null) ShiftByImage(x, kept.Factors, shift!, shifted);
            return;
        }

        using Matrix packed = kept.Take(x);
        LayerNorm(packed, weight, bias, epsilon, y, mean, inverseDeviation);
        if (shifted is null) return;

        using var eager = Eager.Begin();
        long batch = kept.Factors.Rows;
        shifted.Tensor.view(batch, -1, x.Columns).copy_(x.Tensor.view(batch, -1, x.Columns) + (kept.Factors.Tensor.view(batch, 1, 1) * shift!.Tensor));
    }

    private static unsafe void ShiftByImage(Matrix x, Matrix factors, Matrix shift, Matrix shifted) => NativeParallel.For(
        x.Rows, Elementwise.RowsOfGrain(x), new ShiftByImage(x.Pointer, factors.Pointer, shift.Pointer, shifted.Pointer, x.Rows / factors.Rows, x.Columns));

    /// <summary>The gradients of the layer norm that begins a branch of stochastic depth: those of dropped images are the residual's alone.</summary>
    /// <inheritdoc cref="LayerNormBackward(Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix)"/>
    public static void LayerNormBackward(
        Matrix dy, Matrix x, Matrix mean, Matrix inverseDeviation, Matrix weight, Matrix dx, Matrix dWeight, Matrix dBias, KeptImages kept,
        Matrix? residual = null, Matrix? columnSum = null, Matrix? bias = null, Matrix? y = null)
    {
        if (kept.HasAll)
        {
            LayerNormBackward(dy, x, mean, inverseDeviation, weight, dx, dWeight, dBias, residual, columnSum, bias, y);
            return;
        }

        if (kept.Any)
        {
            using Matrix packed = kept.Take(x);
            LayerNormBackward(dy, packed, mean, inverseDeviation, weight, dy, dWeight, dBias, bias: bias, y: y);
        }
        else
        {
            Zero(dWeight);
            Zero(dBias);
        }

        if (residual is null) Zero(dx);
        else if (residual.Handle != dx.Handle) Copy(residual, dx);
        if (kept.Any) kept.AddTo(dx, dy, scale: 1);
        if (columnSum is not null) ColumnSum(dx, columnSum);
    }

    /// <summary>y = onto + factor · x Wᵀ: the layer that ends a branch of stochastic depth, added to the images that keep it.</summary>
    /// <param name="x">Packed rows × in.</param>
    /// <param name="weight">Out × in.</param>
    /// <param name="onto">Rows × out, of all images; it may be <paramref name="y"/>.</param>
    /// <param name="y">Rows × out.</param>
    /// <param name="kept">The images.</param>
    /// <param name="product">Packed rows × out: what it needs besides.</param>
    public static void LinearOnto(Matrix x, Matrix weight, Matrix onto, Matrix y, KeptImages kept, Matrix product)
    {
        if (kept.HasAll)
        {
            LinearOnto(x, weight, onto, y, kept.Scale);
            return;
        }

        if (!kept.Any)
        {
            if (onto.Handle != y.Handle) Copy(onto, y);
            return;
        }

        Linear(x, weight, product);
        AddKept(onto, product, kept, y);
    }

    /// <summary>y = x + factor · branch, in the images that keep the branch; y = x in the others.</summary>
    public static void AddKept(Matrix x, Matrix branch, KeptImages kept, Matrix y)
    {
        if (kept.IsWhole)
        {
            Add(x, branch, y);
            return;
        }

        if (x.Handle != y.Handle) Copy(x, y);
        if (kept.Any) kept.AddTo(y, branch, kept.Scale);
    }

    /// <summary>The gradient where a branch began: y = x + branch where the branch was run, y = x otherwise.</summary>
    /// <param name="x">Rows × columns: the gradient that came past the branch.</param>
    /// <param name="branch">As x: what came through it.</param>
    /// <param name="kept">The images; all or none.</param>
    /// <param name="y">As x; may be <paramref name="x"/>.</param>
    public static void AddBranch(Matrix x, Matrix branch, KeptImages kept, Matrix y)
    {
        if (kept.Any) Add(x, branch, y);
        else if (x.Handle != y.Handle) Copy(x, y);
    }

    /// <summary>The gradient of a branch's output: that of the sum, in the images that keep the branch, packed and times their factor.</summary>
    /// <param name="dy">Rows × columns, of all images.</param>
    /// <param name="kept">The images.</param>
    /// <param name="taken">Rows × columns: where it may be written.</param>
    /// <returns><paramref name="dy"/> itself where all images keep the branch as it is.</returns>
    public static Matrix TakeKept(Matrix dy, KeptImages kept, Matrix taken) => kept.IsWhole ? dy : kept.Take(dy, taken, kept.Scale);

    /// <summary>y = factor · x: a branch that is computed for all images, since its statistics are of all.</summary>
    public static void ScaleImages(Matrix x, KeptImages kept, Matrix y)
    {
        if (!kept.IsWhole) ScaleImages(x, kept.Factors, y);
        else if (x.Handle != y.Handle) Copy(x, y);
    }
}
