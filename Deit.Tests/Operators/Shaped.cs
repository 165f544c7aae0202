using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

/// <summary>Theory data: every device and type with every shape of a test.</summary>
internal static class Shaped
{
    /// <summary>Rows and columns that vectors of eight, threads and blocks of sums do not divide, and such that they do.</summary>
    public static TheoryData<string, ScalarType, int[]> Matrices => With([1, 1], [1, 17], [7, 3], [64, 8], [31, 96], [197, 33], [1000, 24], [600, 192]);

    /// <summary>Every device and type with every list of sizes.</summary>
    public static TheoryData<string, ScalarType, int[]> With(params int[][] sizes)
    {
        var cases = new TheoryData<string, ScalarType, int[]>();
        foreach (object[] kind in Workspace.Kinds)
        {
            foreach (int[] size in sizes) cases.Add((string)kind[0], (ScalarType)kind[1], size);
        }

        return cases;
    }
}
