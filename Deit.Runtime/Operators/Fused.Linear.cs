using Deit.Operators.Kernels;
namespace Deit.Operators;

/// <summary>
/// The operators that generated training code consists of. Rows of a matrix are tokens or pixels, those of all images one after
/// another; columns are channels. Outputs come last and are overwritten. Where a matrix may be given twice, it says so.
/// </summary>
/// <remarks>
/// On the CPU, in float32, they are C# kernels, and libtorch's matrix products where these are as fast; elsewhere the same in libtorch's
/// operators. All work on libtorch's threads, and sums are taken in an order that depends on nothing but their number.
/// </remarks>
public static unsafe partial class Fused
{
    /// <summary>y = x Wᵀ + b.</summary>
    /// <param name="x">Rows x in.</param>
    /// <param name="weight">Out x in.</param>
    /// <param name="bias">1 x out.</param>
    /// <param name="y">Rows x out.</param>
    public static void Linear(Matrix x, Matrix weight, Matrix bias, Matrix y)
    {
        Shapes.SameColumns(x, weight);
        Shapes.Are(y, x.Rows, weight.Rows);
        Shapes.RowOf(y, bias);
        if (LinearProduct.Is(x, weight, y))
        {
            LinearProduct.Forward(x, weight, bias, null, y, Panels.Widest);
            return;
        }

        if (Aten.Serves(y.Device))
        {
            Aten.AddMmOut(y.Device, y.Handle, bias.FlatHandle, x.Handle, weight.TransposedHandle, beta: 1, alpha: 1);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor.matmul(weight.Transposed).add(bias.Flat));
    }

    /// <summary>y = x Wᵀ.</summary>
    /// <param name="x">Rows x in.</param>
    /// <param name="weight">Out x in.</param>
    /// <param name="y">Rows x out.</param>
    public static void Linear(Matrix x, Matrix weight, Matrix y)
    {
        Shapes.SameColumns(x, weight);
        Shapes.Are(y, x.Rows, weight.Rows);
        if (LinearProduct.Is(x, weight, y))
        {
            LinearProduct.Forward(x, weight, null, null, y, Panels.Widest);
            return;
        }

        if (Aten.Serves(y.Device))
        {
            Aten.MmOut(y.Device, y.Handle, x.Handle, weight.TransposedHandle);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor.matmul(weight.Transposed));
    }

    /// <summary>y = onto + scale · x Wᵀ: the sum costs nothing, as the product accumulates anyway.</summary>
    /// <param name="x">Rows x in.</param>
    /// <param name="weight">Out x in.</param>
    /// <param name="onto">Rows x out; usually <paramref name="y"/> itself.</param>
    /// <param name="y">Rows x out.</param>
    /// <param name="scale">What the product is multiplied by.</param>
    public static void LinearOnto(Matrix x, Matrix weight, Matrix onto, Matrix y, double scale = 1)
    {
        Shapes.SameColumns(x, weight);
        Shapes.Are(y, x.Rows, weight.Rows);
        Shapes.Same(onto, y);
        if (scale == 1 && LinearProduct.Is(x, weight, y))
        {
            LinearProduct.Forward(x, weight, null, onto, y, Panels.Widest);
            return;
        }

        if (Aten.Serves(y.Device))
        {
            Aten.AddMmOut(y.Device, y.Handle, onto.Handle, x.Handle, weight.TransposedHandle, beta: 1, alpha: scale);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(onto.Tensor.add(x.Tensor.matmul(weight.Transposed), alpha: scale));
    }

    /// <summary>The gradient of a linear layer's input: dx = dy W.</summary>
    /// <param name="dy">Rows x out.</param>
    /// <param name="weight">Out x in.</param>
    /// <param name="dx">Rows x in.</param>
    public static void LinearInputGradient(Matrix dy, Matrix weight, Matrix dx)
    {
        Shapes.Are(dy, dx.Rows, weight.Rows);
        Shapes.SameColumns(weight, dx);
        if (LinearProduct.Is(dy, weight, dx))
        {
            LinearProduct.InputGradient(dy, weight, dx, Panels.Widest);
            return;
        }

        if (Aten.Serves(dx.Device))
        {
            Aten.MmOut(dx.Device, dx.Handle, dy.Handle, weight.Handle);
            return;
        }

        using var eager = Eager.Begin();
        dx.Tensor.copy_(dy.Tensor.matmul(weight.Tensor));
    }

    /// <summary>The gradient of a linear layer's weight: dW = dyᵀ x.</summary>
    /// <param name="dy">Rows x out.</param>
    /// <param name="x">Rows x in.</param>
    /// <param name="dWeight">Out x in.</param>
    public static void LinearWeightGradient(Matrix dy, Matrix x, Matrix dWeight)
    {
        Shapes.Are(dy, x.Rows, dWeight.Rows);
        Shapes.SameColumns(x, dWeight);
        if (Aten.Serves(dWeight.Device))
        {
            Aten.MmOut(dWeight.Device, dWeight.Handle, dy.TransposedHandle, x.Handle);
            return;
        }

        using var eager = Eager.Begin();
        dWeight.Tensor.copy_(dy.Transposed.matmul(x.Tensor));
    }

    /// <summary>The sum of each column: the gradient of a bias.</summary>
    /// <param name="dy">Rows x columns.</param>
    /// <param name="sum">1 x columns.</param>
    public static void ColumnSum(Matrix dy, Matrix sum)
    {
        Shapes.RowOf(dy, sum);
        if (dy.OnHost)
        {
            Reduction.Copy(Reduction.Run(dy.Rows, Elementwise.RowsOfGrain(dy), dy.Columns, new ColumnSums(dy.Pointer, dy.Columns)), sum);
            return;
        }

        using var eager = Eager.Begin();
        sum.Flat.copy_(dy.Tensor.sum([0]));
    }
}
