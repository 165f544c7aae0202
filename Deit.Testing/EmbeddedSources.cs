using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Deit.Testing;

/// <summary>
/// Reads generated code out of portable PDBs, into which the C# compiler embeds the files that generators write (Portable PDB
/// format, "Embedded Source" custom debug information).
/// </summary>
internal static class EmbeddedSources
{
    private const string Generator = "Deit.Generators.DeitGenerator";
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly char[] Separators = ['/', '\\'];

    /// <summary>The texts of a model's generated files by their hint names; at least one.</summary>
    /// <exception cref="SnapshotException">There are none to be read.</exception>
    public static IReadOnlyDictionary<string, string> Read(Type model)
    {
        string path = model.Assembly.Location;
        if (path.Length == 0) throw NotReadable(model, "its assembly was not loaded from a file");

        using var image = new PEReader(File.OpenRead(path));
        using MetadataReaderProvider symbols = OpenSymbols(image, path)
            ?? throw NotReadable(model, $"'{path}' has no portable symbols, neither in itself nor in a .pdb file beside it: build with DebugType portable or embedded");

        MetadataReader pdb = symbols.GetMetadataReader();
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DocumentHandle document in DocumentsOf(model, image.GetMetadataReader(), pdb))
        {
            if (HintName(pdb.GetString(pdb.GetDocument(document).Name)) is not { } hint) continue;
            files[hint] = ReadText(pdb, document)
                ?? throw NotReadable(model, $"the symbols of '{path}' do not embed '{hint}': build with the .NET SDK's C# compiler, whose portable symbols do");
        }

        return files.Count > 0 ? files : throw NotReadable(model, "Deit.Generators wrote none of its methods: name a class that an attribute or a YAML file declares");
    }

    private static SnapshotException NotReadable(Type model, string why) =>
        new($"The generated code of {model.FullName} cannot be read: {why}.");

    private static MetadataReaderProvider? OpenSymbols(PEReader image, string path)
    {
        try
        {
            bool found = image.TryOpenAssociatedPortablePdb(path, static file => File.Exists(file) ? File.OpenRead(file) : null, out MetadataReaderProvider? symbols, out _);
            return found ? symbols : null;
        }
        catch (BadImageFormatException)
        {
            // The .pdb file is one of Windows' own format.
            return null;
        }
    }

    /// <summary>The files that a type's own methods were compiled from.</summary>
    private static HashSet<DocumentHandle> DocumentsOf(Type type, MetadataReader metadata, MetadataReader pdb)
    {
        var handle = (TypeDefinitionHandle)MetadataTokens.EntityHandle(type.MetadataToken);
        return [.. metadata.GetTypeDefinition(handle).GetMethods()
            .Select(method => pdb.GetMethodDebugInformation(method.ToDebugInformationHandle()))
            .Where(static method => !method.SequencePointsBlob.IsNil)
            .SelectMany(static method => method.GetSequencePoints())
            .Select(static point => point.Document)];
    }

    /// <summary>The hint name of a generated file, <c>…/Deit.Generators/Deit.Generators.DeitGenerator/HINT</c>; null of any other file.</summary>
    private static string? HintName(string document)
    {
        string[] parts = document.Split(Separators);
        return parts.Length > 1 && parts[^2] == Generator ? parts[^1] : null;
    }

    private static string? ReadText(MetadataReader pdb, DocumentHandle document)
    {
        foreach (CustomDebugInformationHandle handle in pdb.GetCustomDebugInformation(document))
        {
            CustomDebugInformation information = pdb.GetCustomDebugInformation(handle);
            if (pdb.GetGuid(information.Kind) == EmbeddedSource) return Decode(pdb.GetBlobBytes(information.Value));
        }

        return null;
    }

    /// <summary>A length, 0 where the rest is the file itself; otherwise the rest is the file deflated.</summary>
    private static string Decode(byte[] blob)
    {
        int length = BitConverter.ToInt32(blob);
        Stream content = new MemoryStream(blob, sizeof(int), blob.Length - sizeof(int));
        if (length > 0) content = new DeflateStream(content, CompressionMode.Decompress);
        using var reader = new StreamReader(content);
        return reader.ReadToEnd();
    }
}
