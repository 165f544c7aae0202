using Deit.Compiler.Diagnostics;

namespace Deit.Data;

/// <summary>The filters' names and kernels.</summary>
internal static class ResamplingFilters
{
    /// <summary>The filter that timm and Pillow know by a name: <c>bicubic</c>.</summary>
    /// <exception cref="DeitException">There is no such filter.</exception>
    public static ResamplingFilter Parse(string name)
    {
        ResamplingFilter[] filters = Enum.GetValues<ResamplingFilter>();
        int index = Array.FindIndex(filters, filter => NameOf(filter) == name);
        return index >= 0
            ? filters[index]
            : throw new DeitException($"There is no interpolation '{name}'. {Suggestions.Sentence(name, filters.Select(NameOf))}");
    }

    /// <summary>How far from its centre a kernel reaches, in pixels of an image that is not shrunk.</summary>
    public static double Support(this ResamplingFilter filter) => filter switch
    {
        ResamplingFilter.Box => 0.5,
        ResamplingFilter.Bilinear or ResamplingFilter.Hamming => 1,
        ResamplingFilter.Bicubic => 2,
        ResamplingFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "It has no kernel."),
    };

    /// <summary>The kernel at a distance from its centre.</summary>
    public static double Kernel(this ResamplingFilter filter, double distance) => filter switch
    {
        ResamplingFilter.Box => distance is > -0.5 and <= 0.5 ? 1 : 0,
        ResamplingFilter.Bilinear => Math.Max(0, 1 - Math.Abs(distance)),
        ResamplingFilter.Hamming => Hamming(Math.Abs(distance)),
        ResamplingFilter.Bicubic => Bicubic(Math.Abs(distance)),
        ResamplingFilter.Lanczos => distance is >= -3 and < 3 ? Sinc(distance) * Sinc(distance / 3) : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "It has no kernel."),
    };

    private static string NameOf(ResamplingFilter filter) => filter.ToString().ToLowerInvariant();

    // Pillow has the window's constants in single precision; their sum is not 1.
    private static double Hamming(double distance) =>
        distance switch { 0 => 1, < 1 => Sinc(distance) * (0.54f + (0.46f * Math.Cos(distance * Math.PI))), _ => 0 };

    // R. Keys, Cubic convolution interpolation for digital image processing (1981), equation 15, for a = -1/2.
    private static double Bicubic(double distance)
    {
        const double A = -0.5;
        return distance switch
        {
            < 1 => ((((A + 2) * distance) - (A + 3)) * distance * distance) + 1,
            < 2 => (((((distance - 5) * distance) + 8) * distance) - 4) * A,
            _ => 0,
        };
    }

    private static double Sinc(double distance)
    {
        if (distance == 0) return 1;
        double angle = distance * Math.PI;
        return Math.Sin(angle) / angle;
    }
}
