using System.Text.Json;

namespace Deit.Pretrained;

/// <summary>
/// A file while it arrives: <c>NAME.part</c>, and beside it <c>NAME.part.json</c>, which says of which version of which address
/// the bytes are. Only with that can a later run go on where an earlier one was interrupted.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const string Suffix = ".part";
    private const string VersionSuffix = ".part.json";

    private readonly string _target;
    private readonly FileStream _stream;

    private PartialFile(string target, FileStream stream, PartialVersion? version)
    {
        _target = target;
        _stream = stream;
        Version = version;
    }

    /// <summary>Of what the bytes are; null where nothing can be added to them.</summary>
    public PartialVersion? Version { get; private set; }

    /// <summary>Bytes that arrived.</summary>
    public long Length => _stream.Length;

    private string PartPath => _target + Suffix;

    private string VersionPath => _target + VersionSuffix;

    /// <summary>Opens what an earlier run left, or an empty file.</summary>
    /// <param name="target">The path of the whole file.</param>
    /// <param name="address">Where it is downloaded from; what came from elsewhere is dropped.</param>
    /// <exception cref="DeitException">The disk refuses, or another process downloads the same.</exception>
    public static PartialFile Open(string target, Uri address)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
            var stream = new FileStream(target + Suffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
            PartialVersion? version = ReadVersion(target + VersionSuffix);
            var file = new PartialFile(target, stream, version?.Address == address.AbsoluteUri ? version : null);
            if (file.Version is null) stream.SetLength(0);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException(
                $"'{target}{Suffix}' cannot be opened: {exception.Message.TrimEnd('.')}. Wait for whoever downloads it, or name "
                + $"another folder with {CacheFolder.Variable}.", exception);
        }
    }

    /// <summary>Drops what arrived and begins anew with another version.</summary>
    public void Begin(PartialVersion version) => Guard(() =>
    {
        _stream.SetLength(0);
        Version = version;
        File.WriteAllText(VersionPath, JsonSerializer.Serialize(version));
    });

    /// <summary>Adds bytes at the end.</summary>
    public void Append(ReadOnlyMemory<byte> bytes) => Guard(() =>
    {
        _stream.Seek(0, SeekOrigin.End);
        _stream.Write(bytes.Span);

        // A full disk is met here, where it is known to be the disk, and not when the stream is closed.
        _stream.Flush();
    });

    /// <summary>Drops what arrived, so that nobody adds to it.</summary>
    public void Discard()
    {
        Guard(() => _stream.SetLength(0));
        Version = null;
    }

    /// <summary>Checks the file and gives it its name.</summary>
    /// <param name="checksum">What it should have; null where nobody said.</param>
    /// <exception cref="DeitException">It is another file than it should be; it is deleted.</exception>
    public void Complete(Checksum? checksum)
    {
        Guard(() => _stream.Flush(flushToDisk: true));
        _stream.Dispose();
        if (checksum is not null && !checksum.Agrees(PartPath, out string found))
        {
            Guard(DeleteBoth);
            throw new DeitException(
                $"'{Path.GetFileName(_target)}' arrived damaged and was deleted: its SHA-256 is {Shown(found)}, where {checksum.Source} says "
                + $"{Shown(checksum.Prefix)}. Download it again; if that does not help, its address holds another file than it should.");
        }

        Guard(() =>
        {
            File.Move(PartPath, _target, overwrite: true);
            File.Delete(VersionPath);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();

        // Bytes that nobody can add to are of no use.
        if (Version is { Validator: null } or null) DeleteBoth();
    }

    private static string Shown(string hash) => hash.Length > 16 ? hash[..16] + "..." : hash;

    private static PartialVersion? ReadVersion(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<PartialVersion>(File.ReadAllText(path)) : null;
        }
        catch (JsonException)
        {
            // It was cut off while it was written; the part beside it is then begun anew.
            return null;
        }
    }

    private void DeleteBoth()
    {
        File.Delete(PartPath);
        File.Delete(VersionPath);
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException(
                $"'{_target}' cannot be written: {exception.Message.TrimEnd('.')}. Make room, or name another folder with "
                + $"{CacheFolder.Variable}; what has arrived is kept.", exception);
        }
    }
}

/// <summary>Which version of which address the bytes of a partial file are.</summary>
/// <param name="Address">The address that was asked for.</param>
/// <param name="Validator">
/// What the server calls the version, to be sent as If-Range: an entity tag or a date. Null where it gave neither, or only a weak
/// tag: the version can then not be told from another, and nothing is added to its bytes.
/// </param>
/// <param name="Length">Bytes of the whole file; null where the server did not say.</param>
/// <param name="LinkedTag">The entity tag that Hugging Face's hub gives the file itself, wherever it is sent from.</param>
internal sealed record PartialVersion(string Address, string? Validator, long? Length, string? LinkedTag);
