using System.Runtime.CompilerServices;
using System.Text;

namespace Deit.Testing;

/// <summary>
/// Compares generated files with those approved beside a test, under the names and in the form of Verify.SourceGenerators:
/// <c>TestClass.Test#Hint.g.verified.cs</c>, whose first line names the generated file.
/// </summary>
/// <remarks>
/// A difference leaves a <c>.received.cs</c> beside the approved file. The environment variable <c>UPDATE_SNAPSHOTS=1</c>
/// approves whatever there is, except under <c>CI=true</c>: code is approved by a person.
/// </remarks>
public static class Snapshot
{
    private const string Verified = ".verified.cs";
    private const string Received = ".received.cs";

    /// <summary>Fails where the set of files, or the text of one, is not what was approved for the test.</summary>
    /// <param name="files">
    /// The texts of all files of the test by their hint names, such as <c>Sample.Student.g.cs</c>; approved files of the test with
    /// other names are out of date.
    /// </param>
    /// <param name="folder">The folder of the approved files.</param>
    /// <param name="testClass">The test's class.</param>
    /// <param name="test">The test.</param>
    /// <exception cref="SnapshotException">The files differ, or approval was asked for under CI.</exception>
    public static void Match(IReadOnlyDictionary<string, string> files, string folder, string testClass, [CallerMemberName] string test = "") =>
        Match(files, folder, testClass, test, SnapshotModes.Current);

    /// <inheritdoc cref="Match(IReadOnlyDictionary{string, string}, string, string, string)"/>
    internal static void Match(IReadOnlyDictionary<string, string> files, string folder, string testClass, string test, SnapshotMode mode)
    {
        if (mode == SnapshotMode.RefuseToAccept)
        {
            throw new SnapshotException($"{SnapshotModes.UpdateVariable} is refused under CI: run the tests with it where somebody reads what they approve.");
        }

        if (!Directory.Exists(folder)) throw new SnapshotException($"The test's folder '{folder}' does not exist: approved code lies beside the test.");

        string prefix = $"{testClass}.{test}#";
        Dictionary<string, string> texts = files.ToDictionary(file => prefix + Path.GetFileNameWithoutExtension(file.Key), Text);
        string[] outdated = [.. Directory.GetFiles(folder, $"{prefix}*{Verified}")
            .Select(static path => Path.GetFileName(path)[..^Verified.Length])
            .Where(name => !texts.ContainsKey(name))
            .Order(StringComparer.Ordinal)];

        foreach (string received in Directory.GetFiles(folder, $"{prefix}*{Received}")) File.Delete(received);
        if (mode == SnapshotMode.Accept) Accept(folder, texts, outdated);
        else Compare(folder, texts, outdated);
    }

    private static string Text(KeyValuePair<string, string> file) => $"//HintName: {file.Key}\n{file.Value.ReplaceLineEndings("\n")}";

    private static string? Approved(string folder, string name)
    {
        string path = Path.Combine(folder, name + Verified);
        return File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : null;
    }

    private static void Accept(string folder, Dictionary<string, string> texts, string[] outdated)
    {
        foreach (string name in outdated) File.Delete(Path.Combine(folder, name + Verified));
        foreach ((string name, string text) in texts)
        {
            if (Approved(folder, name) != text) File.WriteAllText(Path.Combine(folder, name + Verified), text);
        }
    }

    private static void Compare(string folder, Dictionary<string, string> texts, string[] outdated)
    {
        var failures = new StringBuilder();
        foreach ((string name, string text) in texts)
        {
            string? approved = Approved(folder, name);
            if (approved == text) continue;

            File.WriteAllText(Path.Combine(folder, name + Received), text);
            failures.Append(approved is null
                ? $"{name}{Verified} does not exist yet: read {name}{Received}, which is what would be approved.\n"
                : $"{name}{Verified} differs (- approved, + generated):\n{Difference.Between(approved, text)}");
        }

        foreach (string name in outdated) failures.Append($"{name}{Verified} is not generated any more.\n");
        if (failures.Length > 0) throw new SnapshotException($"{failures}In '{folder}'. Accept with: {SnapshotModes.UpdateVariable}=1 dotnet test");
    }
}
