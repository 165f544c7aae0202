using System.Runtime.CompilerServices;

namespace Deit.Testing;

/// <summary>
/// Snapshot tests of the code that Deit.Generators wrote for compiled models. The code is read from the symbols (PDB) of the
/// model's assembly, so the model may as well be declared in a referenced project or package.
/// </summary>
/// <example>
/// <code>
/// [Fact]
/// public void MyStudent_is_compiled_as_approved() => GeneratedCode.Verify&lt;MyStudent&gt;();
/// </code>
/// </example>
public static class GeneratedCode
{
    /// <summary>
    /// Compares the code of a model with the file approved beside the test, <c>TestClass.Test#Namespace.Model.g.verified.cs</c>.
    /// Call it once a test: the approved files of a test are those of one call.
    /// </summary>
    /// <typeparam name="TModel">The model's class.</typeparam>
    /// <param name="testFile">The test's file, which is named for its class; the compiler fills it in.</param>
    /// <param name="test">The test; the compiler fills it in.</param>
    /// <exception cref="SnapshotException">The code differs from what was approved (see <see cref="Snapshot"/>), or it cannot be read.</exception>
    public static void Verify<TModel>([CallerFilePath] string testFile = "", [CallerMemberName] string test = "") =>
        Verify([typeof(TModel)], testFile, test);

    /// <summary>Compares the code of several models, each with a file of its own.</summary>
    /// <param name="models">The models' classes.</param>
    /// <param name="testFile">The test's file, which is named for its class; the compiler fills it in.</param>
    /// <param name="test">The test; the compiler fills it in.</param>
    /// <inheritdoc cref="Verify{TModel}" path="/exception"/>
    public static void Verify(IEnumerable<Type> models, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "")
    {
        TestPlace place = TestPlace.Find(testFile);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Type model in models)
        {
            foreach ((string hint, string text) in EmbeddedSources.Read(model)) files[hint] = text;
        }

        Snapshot.Match(files, place.Folder, place.TestClass, test);
    }

    /// <summary>Reads the code of a model, to look into it or to compare it in another way (<see cref="Snapshot"/>).</summary>
    /// <param name="model">The model's class.</param>
    /// <returns>The texts of its generated files by their hint names, such as <c>Sample.MyStudent.g.cs</c>; at least one.</returns>
    /// <exception cref="SnapshotException">The code cannot be read: no symbols, no sources in them, or no model.</exception>
    public static IReadOnlyDictionary<string, string> Read(Type model) => EmbeddedSources.Read(model);
}
