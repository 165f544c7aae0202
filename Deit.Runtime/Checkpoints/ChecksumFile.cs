using System.Security.Cryptography;
using System.Text;

namespace Deit.Checkpoints;

/// <summary>
/// The checksums of the files of a folder, in the form that <c>sha256sum --check SHA256SUMS</c> reads. It is written last: a folder
/// that has it is complete.
/// </summary>
internal static class ChecksumFile
{
    /// <summary>What the file is called.</summary>
    public const string Name = "SHA256SUMS";

    private const string Separator = "  ";
    private const string Remedy = "Bring it back, or rename another checkpoint of the run into its place, checkpoint-best perhaps.";

    /// <summary>Whether a folder is complete.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name));

    /// <summary>Writes the checksums of all files of a folder.</summary>
    /// <exception cref="DeitException">The disk refuses.</exception>
    public static void Write(string folder)
    {
        IEnumerable<string> lines = Directory.GetFiles(folder)
            .Order(StringComparer.Ordinal)
            .Select(static path => $"{Sum(path)}{Separator}{Path.GetFileName(path)}\n");
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(lines));
        AtomicFile.Write(Path.Combine(folder, Name), text.Length, stream => stream.Write(text));
    }

    /// <summary>Compares the files of a folder with their checksums.</summary>
    /// <exception cref="DeitException">One is missing or not what was written; the message names it.</exception>
    public static void Verify(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) throw new DeitException($"The checkpoint '{folder}' is incomplete: '{path}' is missing. {Remedy}");
        foreach (string line in File.ReadLines(path))
        {
            if (line.Split(Separator, 2) is not [var sum, var name]) throw Damaged(path, "its lines are not a checksum and a name");
            string file = Path.Combine(folder, name);
            if (!File.Exists(file)) throw new DeitException($"'{file}' is missing. {Remedy}");
            if (Sum(file) != sum) throw Damaged(file, $"its checksum is not that of '{path}'");
        }
    }

    private static string Sum(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static DeitException Damaged(string path, string reason) => new($"'{path}' is damaged: {reason}. {Remedy}");
}
