namespace Deit.Operators.Kernels;

/// <summary>Products of many rows with a weight, of which the packed copy is made for each: it is small beside the rows.</summary>
internal static unsafe class LinearProduct
{
    /// <summary>Multiplications and additions that are worth a thread of their own.</summary>
    private const long Grain = 1 << 18;

    /// <summary>Rows from which on a weight's copy costs less than it saves.</summary>
    private const long LeastRows = 512;

    /// <summary>Whether a product is done here.</summary>
    public static bool Is(Matrix x, Matrix weight, Matrix y) => x.Rows >= LeastRows && x.OnHost && weight.OnHost && y.OnHost;

    /// <summary>y = x Wᵀ + b + residual.</summary>
    /// <param name="x">Rows x in.</param>
    /// <param name="weight">Out x in.</param>
    /// <param name="bias">1 x out, or nothing.</param>
    /// <param name="residual">Rows x out, or nothing; may be <paramref name="y"/>.</param>
    /// <param name="y">Rows x out.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static void Forward(Matrix x, Matrix weight, Matrix? bias, Matrix? residual, Matrix y, VectorWidth width)
    {
        using Panels panels = Panels.Temporary(1, (int)weight.Columns, (int)weight.Rows, width);
        panels.Fill(weight.Pointer, isTransposed: true, bias is null ? null : bias.Pointer);
        Run(panels, x, y, Activation.None, residual);
    }

    /// <summary>dx = dy W.</summary>
    /// <param name="dy">Rows x out.</param>
    /// <param name="weight">Out x in.</param>
    /// <param name="dx">Rows x in.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static void InputGradient(Matrix dy, Matrix weight, Matrix dx, VectorWidth width)
    {
        using Panels panels = Panels.Temporary(1, (int)weight.Rows, (int)weight.Columns, width);
        panels.Fill(weight.Pointer, isTransposed: false, null);
        Run(panels, dy, dx, Activation.None, null);
    }

    /// <summary>Threads share the rows; where there are more columns than rows, the columns, so that each reads its own weights.</summary>
    /// <param name="panels">The packed weight.</param>
    /// <param name="x">Rows x in.</param>
    /// <param name="y">Rows x out.</param>
    /// <param name="activation">What is applied last.</param>
    /// <param name="residual">Rows x out, or nothing; may be <paramref name="y"/>.</param>
    public static void Run(Panels panels, Matrix x, Matrix y, Activation activation, Matrix? residual)
    {
        bool byPanels = y.Columns > x.Rows && panels.CountOfGroup >= 2 * NativeParallel.Threads;
        long count = byPanels ? panels.CountOfGroup : x.Rows;
        long grain = Math.Max(1, Grain / (x.Rows * x.Columns * y.Columns / count + 1));
        var epilogue = new Epilogue(activation, residual is null ? null : residual.Pointer, y.Columns);
        NativeParallel.For(count, grain, new LinearPart(
            x.Pointer, y.Pointer, y.Columns, panels.First, panels.CountOfGroup, panels.Depth, x.Rows, epilogue, byPanels));
        GC.KeepAlive(panels);
    }
}
