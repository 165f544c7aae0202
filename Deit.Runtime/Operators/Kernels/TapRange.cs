namespace Deit.Operators.Kernels;

/// <summary>The part of a kernel's line or column that lies on the image.</summary>
/// <param name="first">The first tap.</param>
/// <param name="end">The one after the last.</param>
internal readonly struct TapRange(int first, int end)
{
    /// <summary>The first tap.</summary>
    public int First { get; } = first;

    /// <summary>The tap after the last.</summary>
    public int End { get; } = end;

    /// <summary>For a kernel whose first tap lies at a place, which may be before the image.</summary>
    /// <param name="place">Pixels from the image's border.</param>
    /// <param name="kernel">Taps of the kernel.</param>
    /// <param name="extent">Pixels of the image.</param>
    public static TapRange At(int place, int kernel, int extent) => new(Math.Max(0, -place), Math.Min(kernel, extent - place));
}
