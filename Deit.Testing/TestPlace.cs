using System.Reflection;

namespace Deit.Testing;

/// <summary>Where a test lies.</summary>
/// <param name="Folder">The folder of its file.</param>
/// <param name="TestClass">Its class, after which the file is named.</param>
internal sealed record TestPlace(string Folder, string TestClass)
{
    /// <summary>The key under which the package's targets record a test project's folder in its assembly.</summary>
    private const string ProjectDirectoryKey = "DeitTestingProjectDirectory";

    private static readonly char[] Separators = ['/', '\\'];

    /// <summary>Finds the place of a test of this process.</summary>
    /// <param name="testFile">The test's file as the compiler names it.</param>
    /// <exception cref="SnapshotException">The file is nowhere.</exception>
    public static TestPlace Find(string testFile) => Find(testFile, RecordedProjects());

    /// <summary>Finds the place of a test of any of these projects.</summary>
    /// <param name="testFile">The test's file as the compiler names it.</param>
    /// <param name="projects">The folders of the projects.</param>
    /// <exception cref="SnapshotException">The file is nowhere.</exception>
    public static TestPlace Find(string testFile, IEnumerable<string> projects)
    {
        string file = File.Exists(testFile)
            ? testFile
            : projects.SelectMany(project => Unmap(testFile, project)).FirstOrDefault(File.Exists)
                ?? throw new SnapshotException(
                    $"The test's file '{testFile}' was not found here: run the tests where they were built, in a project that references "
                    + $"Deit.Testing (its build records the project's folder as '{ProjectDirectoryKey}').");
        return new(Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(file));
    }

    // A test's own assembly cannot be told reliably from the call: where the call is a test's last, its frame may be gone. The
    // folders of all loaded test assemblies are asked instead, and the file's path says whose it is.
    private static string[] RecordedProjects()
    {
        string? self = typeof(TestPlace).Assembly.GetName().Name;
        return [.. AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => !assembly.IsDynamic && assembly.GetReferencedAssemblies().Any(name => name.Name == self))
            .SelectMany(static assembly => assembly.GetCustomAttributes<AssemblyMetadataAttribute>())
            .Where(static attribute => attribute.Key == ProjectDirectoryKey)
            .Select(static attribute => attribute.Value!)];
    }

    /// <summary>
    /// Where a file whose path was mapped may be: <c>/_/tests/My.Tests/Models/StudentTests.cs</c>, where <c>/_</c> stands for the
    /// repository, lies below <c>/home/me/repository/tests/My.Tests</c>.
    /// </summary>
    private static IEnumerable<string> Unmap(string mapped, string project)
    {
        string[] file = mapped.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        string[] folder = project.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        // The parts that lead from the repository to the project: none where the project lies in the repository's own folder.
        for (int parts = Math.Min(file.Length - 2, folder.Length); parts >= 0; parts--)
        {
            if (file.Skip(1).Take(parts).SequenceEqual(folder[^parts..])) yield return Path.Combine([project, .. file[(parts + 1)..]]);
        }
    }
}
