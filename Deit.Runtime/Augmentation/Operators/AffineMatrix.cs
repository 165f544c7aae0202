namespace Deit.Augmentation;

/// <summary>
/// Where a pixel of the result comes from: column <c>A x + B y + C</c>, row <c>D x + E y + F</c>, of the pixels' centres.
/// </summary>
internal readonly record struct AffineMatrix(double A, double B, double C, double D, double E, double F)
{
    /// <summary>Whether rows stay rows and columns stay columns.</summary>
    public bool IsScaling => B == 0 && D == 0;

    /// <summary>The column of the source, in the order of Pillow's arithmetic.</summary>
    public double Column(double x, double y) => (A * x) + (B * y) + C;

    /// <summary>The row of the source, in the order of Pillow's arithmetic.</summary>
    public double Row(double x, double y) => (D * x) + (E * y) + F;
}
