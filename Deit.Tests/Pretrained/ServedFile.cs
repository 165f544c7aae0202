using System.Security.Cryptography;

namespace Deit.Tests.Pretrained;

/// <summary>A file as a well-behaved server serves it: whole, or the part that is asked for if the version is still the same.</summary>
internal sealed class ServedFile
{
    /// <summary>A file of some bytes that differ from place to place.</summary>
    public ServedFile(int length, int seed = 1)
    {
        Content = new byte[length];
        new Random(seed).NextBytes(Content);
        Tag = $"\"{Sha256[..12]}\"";
    }

    public byte[] Content { get; set; }

    /// <summary>The entity tag; null for a server without.</summary>
    public string? Tag { get; set; }

    public bool KnowsRanges { get; init; } = true;

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>The file's name in the manner of torch.hub.</summary>
    public string HubName => $"/weights-{Sha256[..8]}.pth";

    /// <summary>The answer to a request.</summary>
    public ServerReply Answer(ServerRequest request)
    {
        string[] tag = Tag is null ? [] : [$"ETag: {Tag}"];
        bool isSameVersion = !request.Headers.TryGetValue("If-Range", out string? version) || version == Tag;
        if (!KnowsRanges || request.RangeStart is not { } start || !isSameVersion) return new(200, Content) { Headers = tag };
        if (start >= Content.Length) return new(416, []) { Headers = [$"Content-Range: bytes */{Content.Length}"] };
        return new(206, Content[(int)start..]) { Headers = [.. tag, $"Content-Range: bytes {start}-{Content.Length - 1}/{Content.Length}"] };
    }
}
