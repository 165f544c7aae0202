using System.Runtime.CompilerServices;
using System.Text;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Deit.Tests.Support;

/// <summary>
/// Compares generated files with those approved beside the test, under the names that Verify.SourceGenerators gives them:
/// <c>TestClass.Test#Hint.g.verified.cs</c>. UPDATE_SNAPSHOTS=1 accepts what there is.
/// </summary>
internal static class Snapshot
{
    private const int LinesOfContext = 2;

    /// <summary>Fails where the set of files or the text of one differs from what was approved.</summary>
    /// <param name="files">The generated files' texts by their hint names.</param>
    /// <param name="folder">The test's folder, relative to the test project.</param>
    /// <param name="testClass">The test's class.</param>
    /// <param name="test">The test.</param>
    public static void Match(IReadOnlyDictionary<string, string> files, string folder, string testClass, [CallerMemberName] string test = "")
    {
        string directory = RepositoryRoot.Combine("Deit.Tests", folder);
        string prefix = $"{testClass}.{test}#";
        bool update = Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1";
        if (update && Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail("UPDATE_SNAPSHOTS is refused under CI: a snapshot is accepted by a person.");

        HashSet<string> approved = [.. Directory.GetFiles(directory, $"{prefix}*.verified.cs").Select(file => Path.GetFileName(file)!)];
        var failures = new StringBuilder();
        foreach ((string hint, string text) in files)
        {
            string name = $"{prefix}{Path.GetFileNameWithoutExtension(hint)}";
            approved.Remove($"{name}.verified.cs");
            string verified = Path.Combine(directory, $"{name}.verified.cs");
            string received = Path.Combine(directory, $"{name}.received.cs");
            string expected = File.Exists(verified) ? File.ReadAllText(verified) : "";
            File.Delete(received);
            if (expected == text) continue;

            File.WriteAllText(update ? verified : received, text);
            if (!update) failures.Append($"{Path.GetFileName(verified)} differs:\n{Difference(expected, text)}\n");
        }

        foreach (string stale in approved)
        {
            if (update) File.Delete(Path.Combine(directory, stale));
            else failures.Append($"{stale} is not generated any more.\n");
        }

        if (failures.Length > 0) Assert.Fail($"{failures}Accept with: UPDATE_SNAPSHOTS=1 dotnet test");
    }

    private static string Difference(string expected, string actual)
    {
        List<DiffPiece> lines = InlineDiffBuilder.Diff(expected, actual).Lines;
        HashSet<int> shown = [.. lines
            .SelectMany((line, i) => line.Type == ChangeType.Unchanged ? [] : Enumerable.Range(i - LinesOfContext, (2 * LinesOfContext) + 1))];
        var text = new StringBuilder();
        for (int i = 0; i < lines.Count; i++)
        {
            if (!shown.Contains(i)) continue;
            char mark = lines[i].Type switch { ChangeType.Inserted => '+', ChangeType.Deleted => '-', _ => ' ' };
            text.Append(mark).Append(' ').Append(lines[i].Text).Append('\n');
        }

        return text.ToString();
    }
}
