using static TorchSharp.torch;

namespace Deit.Reporting;

/// <summary>How a report is made.</summary>
public sealed record ReportOptions
{
    /// <summary>Where the images are, in place of the recipe's own path; null takes that.</summary>
    public string? Data { get; init; }

    /// <summary>The file to write; null writes <c>report.html</c> into the run's folder.</summary>
    public string? Output { get; init; }

    /// <summary>Where the model answers.</summary>
    public Device Device { get; init; } = CPU;
}

/// <summary>A report that was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Missing">Why it shows no predictions; null where it does.</param>
public sealed record WrittenReport(string Path, string? Missing);
