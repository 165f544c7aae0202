namespace Deit.Operators.Kernels;

/// <summary>Batch norm forward and backward: the kernels in order, for each activation.</summary>
internal static unsafe class BatchNormalization
{
    /// <summary>Forward; the statistics are in <paramref name="mean"/> and <paramref name="inverseDeviation"/> already.</summary>
    public static void Apply<TActivation>(Matrix x, Matrix weight, Matrix bias, Matrix y, Matrix mean, Matrix inverseDeviation, Matrix? residual)
        where TActivation : IActivation
    {
        float* scale = Scale(weight, inverseDeviation);
        NativeParallel.For(x.Rows, Elementwise.RowsOfGrain(x), new BatchNormRows<TActivation>(
            x.Pointer, mean.Pointer, scale, bias.Pointer, residual is null ? null : residual.Pointer, y.Pointer, x.Columns));
    }

    /// <summary>Backward.</summary>
    public static void ApplyBackward<TActivation>(
        Matrix dy, Matrix x, Matrix mean, Matrix inverseDeviation, Matrix weight, Matrix bias, Matrix dx, Matrix dWeight, Matrix dBias)
        where TActivation : IActivation
    {
        long columns = x.Columns;
        float* scale = Scale(weight, inverseDeviation);
        float* sums = Reduction.Run(x.Rows, Elementwise.RowsOfGrain(x), 2 * columns, new BatchNormSums<TActivation>(
            dy.Pointer, x.Pointer, mean.Pointer, inverseDeviation.Pointer, scale, bias.Pointer, columns));
        Reduction.Copy(sums, dWeight);
        Reduction.Copy(sums + columns, dBias);

        // From here on the sums are no longer needed: their place takes what the rows need of them.
        float* along = sums;
        float* level = sums + columns;
        for (long j = 0; j < columns; j++)
        {
            along[j] = along[j] / x.Rows * inverseDeviation.Pointer[j];
            level[j] /= x.Rows;
        }

        NativeParallel.For(x.Rows, Elementwise.RowsOfGrain(x), new BatchNormGradientRows<TActivation>(
            dy.Pointer, x.Pointer, mean.Pointer, scale, bias.Pointer, level, along, dx.Pointer, columns));
    }

    /// <summary>Makes mean, inverse deviation and running statistics of a batch.</summary>
    public static void Measure(Matrix x, Matrix mean, Matrix inverseDeviation, Matrix runningMean, Matrix runningVariance, double epsilon, double momentum)
    {
        double* moments = ColumnMoments.Run(x);
        for (long j = 0; j < x.Columns; j++)
        {
            double centre = moments[j];
            double squares = moments[x.Columns + j];
            mean.Pointer[j] = (float)centre;
            inverseDeviation.Pointer[j] = (float)(1 / Math.Sqrt(squares / x.Rows + epsilon));
            Follow(ref runningMean.Pointer[j], centre, momentum);
            Follow(ref runningVariance.Pointer[j], squares / (x.Rows - 1), momentum);
        }
    }

    private static void Follow(ref float running, double value, double momentum) => running = (float)((1 - momentum) * running + momentum * value);

    private static float* Scale(Matrix weight, Matrix inverseDeviation)
    {
        float* scale = Scratch.OfScale(weight.Columns);
        for (long j = 0; j < weight.Columns; j++) scale[j] = weight.Pointer[j] * inverseDeviation.Pointer[j];
        return scale;
    }
}
