using System.Buffers.Binary;

namespace Deit.Tests.Checkpoints;

/// <summary>Damages files in the ways in which they get damaged, and in those in which people damage them.</summary>
/// <param name="random">Where the choices come from.</param>
/// <param name="files">Whole files; pieces of one also get into another.</param>
internal sealed class FileMutator(Random random, IReadOnlyList<byte[]> files)
{
    private const int MostMutations = 2;
    private const int LongestPiece = 64;

    private static readonly long[] Boundaries =
    [
        0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
        long.MaxValue, long.MaxValue - 7, long.MinValue, -1, -8, 1L << 40, 1L << 60, 1L << 62,
    ];

    /// <summary>A damaged copy of one of the files.</summary>
    public byte[] Next(byte[] whole)
    {
        byte[] file = [.. whole];
        for (int left = random.Next(1, MostMutations + 1); left > 0 && file.Length > 0; left--) file = Mutate(file);
        return file;
    }

    private byte[] Mutate(byte[] file)
    {
        int at = random.Next(file.Length);
        int length = Math.Min(random.Next(1, LongestPiece), file.Length - at);
        switch (random.Next(8))
        {
            case 0:
                return file[..at];
            case 1: // a piece is lost
                return [.. file[..at], .. file[(at + length)..]];
            case 2: // a piece is there twice
                return [.. file[..(at + length)], .. file[at..]];
            case 3: // a piece of any of the files lies over another
                byte[] other = files[random.Next(files.Count)];
                int from = random.Next(other.Length);
                length = Math.Min(length, other.Length - from);
                return [.. file[..at], .. other[from..(from + length)], .. file[Math.Min(at + length, file.Length)..]];
            case 4:
                file[at] = (byte)random.Next(256);
                return file;
            case 5:
                Overwrite(file.AsSpan(at));
                return file;
            default:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
        }
    }

    /// <summary>Writes a number at the edge of some range, of 1, 2, 4 or 8 bytes.</summary>
    private void Overwrite(Span<byte> target)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, Boundaries[random.Next(Boundaries.Length)]);
        int width = Math.Min(1 << random.Next(4), target.Length);
        number[..width].CopyTo(target);
    }
}
