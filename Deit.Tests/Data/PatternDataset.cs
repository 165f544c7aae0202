using Deit.Data;

namespace Deit.Tests.Data;

/// <summary>Images whose every byte is known: pixel (x, y) of channel c of image i is <see cref="Pixel"/>.</summary>
internal sealed class PatternDataset(int count, int size = 8, params int[] failAt) : IImageDataset
{
    private readonly List<int> _read = [];

    public string Name => "pattern";

    public IReadOnlyList<string> ClassNames { get; } = ["even", "odd", "third"];

    public int Count => count;

    /// <summary>Every image that was asked for.</summary>
    public IReadOnlyCollection<int> Asked
    {
        get
        {
            lock (_read) return [.. _read.Distinct()];
        }
    }

    /// <summary>How often an image was asked for.</summary>
    public int Loads
    {
        get
        {
            lock (_read) return _read.Count;
        }
    }

    /// <summary>Is told, one thread at a time, how many images were asked for.</summary>
    public Action<int>? Loading { get; init; }

    public static byte Pixel(int index, int channel, int y, int x) =>
        (byte)(1 + (((index * 31) + (channel * 7) + (y * 13) + (x * 3)) % 255));

    public int Label(int index) => index % ClassNames.Count;

    public RgbImage Load(int index)
    {
        lock (_read)
        {
            _read.Add(index);
            Loading?.Invoke(_read.Count);
        }

        if (failAt.Contains(index)) throw new DeitException($"cannot read {Describe(index)}");
        byte[] pixels =
        [
            .. from y in Enumerable.Range(0, size)
               from x in Enumerable.Range(0, size)
               from channel in Enumerable.Range(0, 3)
               select Pixel(index, channel, y, x),
        ];
        return new RgbImage(size, size, pixels);
    }

    public string Describe(int index) => $"pattern[{index}]";
}
