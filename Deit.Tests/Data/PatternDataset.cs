using Deit.Data;

namespace Deit.Tests.Data;

/// <summary>Images whose every byte is known: pixel (x, y) of channel c of image i is <see cref="Pixel"/>.</summary>
internal sealed class PatternDataset(int count, int size = 8, int failAt = -1) : IImageDataset
{
    private readonly HashSet<int> _read = [];

    public string Name => "pattern";

    public IReadOnlyList<string> ClassNames { get; } = ["even", "odd", "third"];

    public int Count => count;

    public int Height => size;

    public int Width => size;

    /// <summary>Every image that was asked for.</summary>
    public IReadOnlyCollection<int> Asked
    {
        get
        {
            lock (_read) return [.. _read];
        }
    }

    public static byte Pixel(int index, int channel, int y, int x) =>
        (byte)(1 + (((index * 31) + (channel * 7) + (y * 13) + (x * 3)) % 255));

    public int Label(int index) => index % ClassNames.Count;

    public void Read(int index, Span<byte> rgb)
    {
        lock (_read) _read.Add(index);
        if (index == failAt) throw new DeitException($"cannot read {Describe(index)}");
        int next = 0;
        for (int channel = 0; channel < 3; channel++)
        {
            for (int y = 0; y < size; y++)
            {
                for (int x = 0; x < size; x++) rgb[next++] = Pixel(index, channel, y, x);
            }
        }
    }

    public string Describe(int index) => $"pattern[{index}]";
}
