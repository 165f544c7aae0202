using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

public static unsafe partial class Fused
{
    /// <summary>y = x.</summary>
    /// <param name="x">Any matrix.</param>
    /// <param name="y">As many elements; rows and columns may differ.</param>
    public static void Copy(Matrix x, Matrix y)
    {
        if (x.Count != y.Count) Shapes.Same(x, y);
        using var eager = Eager.Begin();
        y.Flat.copy_(x.Flat);
    }

    /// <summary>y = x in the element type of y; where it is wanted, with a bias added in that type.</summary>
    /// <param name="x">Rows x columns, of any floating-point type.</param>
    /// <param name="y">As x, of another type.</param>
    /// <param name="shift">1 x columns, of the type of <paramref name="y"/>.</param>
    public static void Cast(Matrix x, Matrix y, Matrix? shift = null)
    {
        Shapes.Same(x, y);
        if (shift is not null) Shapes.RowOf(x, shift);
        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor);
        if (shift is not null) y.Tensor.add_(shift.Tensor);
    }

    /// <summary>x = 0: the gradient of what was not run.</summary>
    /// <param name="x">Any matrix.</param>
    public static void Zero(Matrix x)
    {
        using var eager = Eager.Begin();
        x.Tensor.zero_();
    }

    /// <summary>y = a + b.</summary>
    /// <param name="a">Any matrix.</param>
    /// <param name="b">Of the same shape.</param>
    /// <param name="y">Of the same shape; may be <paramref name="a"/> or <paramref name="b"/>.</param>
    public static void Add(Matrix a, Matrix b, Matrix y)
    {
        Shapes.Same(a, b);
        Shapes.Same(a, y);
        if (a.OnHost)
        {
            Elementwise.Map<SumFunction>(a, b, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(a.Tensor + b.Tensor);
    }

    /// <summary>Adds something learned, such as position embeddings, to every image.</summary>
    /// <param name="x">Images · rows x columns.</param>
    /// <param name="learned">Rows x columns: for one image.</param>
    /// <param name="y">As x; may be <paramref name="x"/>.</param>
    public static void AddToEveryImage(Matrix x, Matrix learned, Matrix y)
    {
        Shapes.Same(x, y);
        Shapes.SameColumns(x, learned);
        long images = Shapes.Times(x.Rows, learned.Rows);
        if (x.OnHost)
        {
            Elementwise.MapRows<SumFunction>(x, learned, repeat: 1, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_((x.Tensor.view(images, learned.Rows, x.Columns) + learned.Tensor).view(x.Rows, x.Columns));
    }

    /// <summary>The gradient of what was added to every image: the sum over the images.</summary>
    /// <param name="dy">Images · rows x columns.</param>
    /// <param name="sum">Rows x columns.</param>
    public static void SumOverImages(Matrix dy, Matrix sum)
    {
        Shapes.SameColumns(dy, sum);
        long images = Shapes.Times(dy.Rows, sum.Rows);
        if (dy.OnHost)
        {
            NativeParallel.For((sum.Count + ImageSums.Block - 1) / ImageSums.Block, 1, new ImageSums(dy.Pointer, sum.Count, images, sum.Pointer, sum.Count));
            return;
        }

        using var eager = Eager.Begin();
        sum.Tensor.copy_(dy.Tensor.view(images, sum.Rows, sum.Columns).sum([0]));
    }

    /// <summary>Multiplies each image by a factor, as stochastic depth does.</summary>
    /// <param name="x">Images · rows x columns.</param>
    /// <param name="factors">Images x 1.</param>
    /// <param name="y">As x; may be <paramref name="x"/>.</param>
    public static void ScaleImages(Matrix x, Matrix factors, Matrix y)
    {
        Shapes.Same(x, y);
        Shapes.Are(factors, factors.Rows, 1);
        long rows = Shapes.Times(x.Rows, factors.Rows);
        if (x.OnHost)
        {
            NativeParallel.For(x.Rows, Elementwise.RowsOfGrain(x), new ScaledImages(x.Pointer, factors.Pointer, y.Pointer, rows, x.Columns));
            return;
        }

        using var eager = Eager.Begin();
        y.Flat.copy_((x.Tensor.view(factors.Rows, rows * x.Columns) * factors.Tensor).view(-1));
    }

    /// <summary>Multiplies each column by a learned factor: layer scale (Touvron et al., arXiv 2103.17239).</summary>
    /// <param name="x">Rows x columns.</param>
    /// <param name="scale">1 x columns.</param>
    /// <param name="y">As x; may be <paramref name="x"/> where backward does not need that.</param>
    public static void ScaleColumns(Matrix x, Matrix scale, Matrix y)
    {
        Shapes.Same(x, y);
        Shapes.RowOf(x, scale);
        if (x.OnHost)
        {
            Elementwise.MapRows<ProductFunction>(x, scale, repeat: 1, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor * scale.Tensor);
    }

    /// <summary>The gradients of <see cref="ScaleColumns"/>: dx = dy · scale, dScale = the column sums of dy · x.</summary>
    /// <param name="x">Rows x columns: the input of forward.</param>
    /// <param name="scale">1 x columns.</param>
    /// <param name="dy">As x.</param>
    /// <param name="dx">As x; may be <paramref name="dy"/>.</param>
    /// <param name="dScale">1 x columns.</param>
    public static void ScaleColumnsBackward(Matrix x, Matrix scale, Matrix dy, Matrix dx, Matrix dScale)
    {
        Shapes.Same(x, dy);
        Shapes.Same(x, dx);
        Shapes.RowOf(x, scale);
        Shapes.RowOf(x, dScale);
        if (x.OnHost)
        {
            Reduction.Copy(
                Reduction.Run(x.Rows, Elementwise.RowsOfGrain(x), x.Columns, new ColumnScaleGradient(x.Pointer, scale.Pointer, dy.Pointer, dx.Pointer, x.Columns)), dScale);
            return;
        }

        using var eager = Eager.Begin();
        dScale.Flat.copy_((dy.Tensor * x.Tensor).sum([0]));
        dx.Tensor.copy_(dy.Tensor * scale.Tensor);
    }

    /// <summary>Multiplies each channel of an image by its gate (squeeze and excitation, Hu et al., arXiv 1709.01507).</summary>
    /// <param name="x">Images · rows x columns.</param>
    /// <param name="gate">Images x columns.</param>
    /// <param name="y">As x.</param>
    public static void Gate(Matrix x, Matrix gate, Matrix y)
    {
        Shapes.Same(x, y);
        Shapes.SameColumns(x, gate);
        long rows = Shapes.Times(x.Rows, gate.Rows);
        if (x.OnHost)
        {
            Elementwise.MapRows<ProductFunction>(x, gate, repeat: rows, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_((x.Tensor.view(gate.Rows, rows, x.Columns) * gate.Tensor.unsqueeze(1)).view(x.Rows, x.Columns));
    }

    /// <summary>The gradients of <see cref="Gate"/>: dx = dy · gate, dGate = the sum of dy · x over the rows of each image.</summary>
    /// <param name="x">Images · rows x columns: the input of forward.</param>
    /// <param name="gate">Images x columns.</param>
    /// <param name="dy">As x.</param>
    /// <param name="dx">As x; may be <paramref name="dy"/>.</param>
    /// <param name="dGate">Images x columns.</param>
    public static void GateBackward(Matrix x, Matrix gate, Matrix dy, Matrix dx, Matrix dGate)
    {
        Shapes.Same(x, dy);
        Shapes.Same(x, dx);
        Shapes.SameColumns(x, gate);
        Shapes.Same(gate, dGate);
        long rows = Shapes.Times(x.Rows, gate.Rows);
        if (x.OnHost)
        {
            NativeParallel.For(gate.Rows, 1, new GateGradient(x.Pointer, gate.Pointer, dy.Pointer, dx.Pointer, dGate.Pointer, rows, x.Columns));
            return;
        }

        using var eager = Eager.Begin();
        dGate.Tensor.copy_((dy.Tensor * x.Tensor).view(gate.Rows, rows, x.Columns).sum([1]));
        dx.Tensor.copy_((dy.Tensor.view(gate.Rows, rows, x.Columns) * gate.Tensor.unsqueeze(1)).view(x.Rows, x.Columns));
    }
}
