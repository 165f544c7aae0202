using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

public static unsafe partial class Fused
{
    /// <summary>
    /// y = (x - mean) / sqrt(variance + epsilon) * weight + bias, with the statistics of each row (Ba et al., arXiv 1607.06450);
    /// where it is wanted, also shifted = x + shift, onto which the matrix product at the end of the branch accumulates.
    /// </summary>
    /// <param name="x">Rows x columns.</param>
    /// <param name="weight">1 x columns.</param>
    /// <param name="bias">1 x columns.</param>
    /// <param name="epsilon">What keeps the division from zero.</param>
    /// <param name="y">Rows x columns; may be <paramref name="x"/> where backward does not need that.</param>
    /// <param name="mean">Rows x 1: the mean of each row.</param>
    /// <param name="inverseDeviation">Rows x 1: 1 / sqrt(variance + epsilon).</param>
    /// <param name="shift">1 x columns.</param>
    /// <param name="shifted">Rows x columns; given together with <paramref name="shift"/>.</param>
    public static void LayerNorm(
        Matrix x, Matrix weight, Matrix bias, double epsilon, Matrix y, Matrix mean, Matrix inverseDeviation, Matrix? shift = null, Matrix? shifted = null)
    {
        Shapes.Same(x, y);
        Shapes.RowOf(x, weight);
        Shapes.RowOf(x, bias);
        Shapes.ColumnOf(x, mean);
        Shapes.ColumnOf(x, inverseDeviation);
        if ((shift is null) != (shifted is null)) throw new ArgumentException("LayerNorm: shift and shifted belong together.", nameof(shift));
        if (shift is not null) Shapes.RowOf(x, shift);
        if (shifted is not null) Shapes.Same(x, shifted);

        if (x.OnHost)
        {
            NativeParallel.For(x.Rows, Elementwise.RowsOfGrain(x), new LayerNormRows(
                x.Pointer, weight.Pointer, bias.Pointer, (float)epsilon, y.Pointer, mean.Pointer, inverseDeviation.Pointer,
                shift is null ? null : shift.Pointer, shifted is null ? null : shifted.Pointer, x.Columns));
            return;
        }

        using var eager = Eager.Begin();
        Tensor centre = x.Tensor.mean([1], keepdim: true);
        Tensor centred = x.Tensor - centre;
        Tensor scale = (centred.square().mean([1], keepdim: true) + epsilon).rsqrt();
        if (shifted is not null) shifted.Tensor.copy_(x.Tensor + shift!.Tensor);
        mean.Tensor.copy_(centre);
        inverseDeviation.Tensor.copy_(scale);
        y.Tensor.copy_(centred * scale * weight.Tensor + bias.Tensor);
    }

    /// <summary>
    /// The gradients of layer norm: dx = [residual +] the gradient with respect to x; where it is wanted, also the column sums of dx,
    /// which are the gradient of the bias of the linear layer before, and what the norm gave, to the bit.
    /// </summary>
    /// <param name="dy">Rows x columns.</param>
    /// <param name="x">Rows x columns: the input of forward.</param>
    /// <param name="mean">Rows x 1, from forward.</param>
    /// <param name="inverseDeviation">Rows x 1, from forward.</param>
    /// <param name="weight">1 x columns.</param>
    /// <param name="dx">Rows x columns; may be <paramref name="dy"/> or <paramref name="residual"/>.</param>
    /// <param name="dWeight">1 x columns.</param>
    /// <param name="dBias">1 x columns.</param>
    /// <param name="residual">Rows x columns: the gradient that came past the branch.</param>
    /// <param name="columnSum">1 x columns.</param>
    /// <param name="bias">1 x columns; given together with <paramref name="y"/>.</param>
    /// <param name="y">Rows x columns: the output of forward, made again.</param>
    public static void LayerNormBackward(
        Matrix dy, Matrix x, Matrix mean, Matrix inverseDeviation, Matrix weight, Matrix dx, Matrix dWeight, Matrix dBias,
        Matrix? residual = null, Matrix? columnSum = null, Matrix? bias = null, Matrix? y = null)
    {
        Shapes.Same(dy, x);
        Shapes.Same(dx, x);
        Shapes.ColumnOf(x, mean);
        Shapes.ColumnOf(x, inverseDeviation);
        Shapes.RowOf(x, weight);
        Shapes.RowOf(x, dWeight);
        Shapes.RowOf(x, dBias);
        if (residual is not null) Shapes.Same(x, residual);
        if (columnSum is not null) Shapes.RowOf(x, columnSum);
        if ((bias is null) != (y is null)) throw new ArgumentException("LayerNormBackward: bias and y belong together.", nameof(bias));
        if (bias is not null) Shapes.RowOf(x, bias);
        if (y is not null) Shapes.Same(x, y);

        if (x.OnHost)
        {
            float* sums = Reduction.Run(x.Rows, Elementwise.RowsOfGrain(x), 3 * x.Columns, new LayerNormGradientRows(
                dy.Pointer, x.Pointer, mean.Pointer, inverseDeviation.Pointer, weight.Pointer, bias is null ? null : bias.Pointer,
                dx.Pointer, residual is null ? null : residual.Pointer, y is null ? null : y.Pointer, x.Columns));
            Reduction.Copy(sums, dWeight);
            Reduction.Copy(sums + x.Columns, dBias);
            if (columnSum is not null) Reduction.Copy(sums + 2 * x.Columns, columnSum);
            return;
        }

        using var eager = Eager.Begin();
        Tensor normalized = (x.Tensor - mean.Tensor) * inverseDeviation.Tensor;
        Tensor scaled = dy.Tensor * weight.Tensor;
        y?.Tensor.copy_(normalized * weight.Tensor + bias!.Tensor);
        dWeight.Flat.copy_((dy.Tensor * normalized).sum([0]));
        dBias.Flat.copy_(dy.Tensor.sum([0]));
        Tensor along = (scaled * normalized).mean([1], keepdim: true);
        Tensor gradient = inverseDeviation.Tensor * (scaled - scaled.mean([1], keepdim: true) - normalized * along);
        dx.Tensor.copy_(residual is null ? gradient : residual.Tensor + gradient);
        columnSum?.Flat.copy_(dx.Tensor.sum([0]));
    }
}
