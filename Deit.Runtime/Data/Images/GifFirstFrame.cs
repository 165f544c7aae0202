using System.Buffers.Binary;

namespace Deit.Data;

/// <summary>
/// What Pillow makes of a GIF's first frame and Skia does not: transparent pixels show their palette's colour, and so do those
/// that the frame does not cover.
/// </summary>
internal sealed class GifFirstFrame
{
    private const int ScreenEnd = 13;
    private const int ScreenFlags = 10;
    private const int DescriptorLength = 10;
    private const int ControlLength = 4;
    private const byte Extension = 0x21;
    private const byte GraphicControl = 0xF9;
    private const byte ImageDescriptor = 0x2C;
    private const byte HasPalette = 0x80;
    private const byte HasTransparency = 0x01;

    private readonly PixelBox _area;
    private readonly byte[] _around;
    private readonly int? _transparencyFlag;

    private GifFirstFrame(PixelBox area, byte[] around, int? transparencyFlag) =>
        (_area, _around, _transparencyFlag) = (area, around, transparencyFlag);

    /// <summary>Finds the frame; null if the file is no GIF, or one that only the decoder itself can judge.</summary>
    public static GifFirstFrame? Find(ReadOnlySpan<byte> file)
    {
        if (file.Length < ScreenEnd || !(file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8))) return null;
        ReadOnlySpan<byte> palette = PaletteAt(file, ScreenEnd, file[ScreenFlags]);
        int position = ScreenEnd + palette.Length;
        int? transparencyFlag = null;
        int background = 0;
        while (position + 1 < file.Length && file[position] == Extension)
        {
            bool isControl = file[position + 1] == GraphicControl;
            position += 2;
            bool isWhole = position + ControlLength < file.Length && file[position] == ControlLength;
            if (isControl && isWhole && (file[position + 1] & HasTransparency) != 0)
            {
                transparencyFlag = position + 1;
                background = file[position + ControlLength];
            }

            position = EndOfBlocks(file, position);
        }

        if (position + DescriptorLength > file.Length || file[position] != ImageDescriptor) return null;
        ReadOnlySpan<byte> descriptor = file.Slice(position + 1, DescriptorLength - 1);
        ReadOnlySpan<byte> own = PaletteAt(file, position + DescriptorLength, descriptor[^1]);
        ReadOnlySpan<byte> shown = own.IsEmpty ? palette : own;
        if ((background + 1) * RgbImage.Channels > shown.Length) return null;
        var area = new PixelBox(Number(descriptor), Number(descriptor[2..]), Number(descriptor[4..]), Number(descriptor[6..]));
        return new GifFirstFrame(area, shown.Slice(background * RgbImage.Channels, RgbImage.Channels).ToArray(), transparencyFlag);
    }

    /// <summary>The file without transparency in its first frame.</summary>
    public ReadOnlySpan<byte> MakeOpaque(ReadOnlySpan<byte> file)
    {
        if (_transparencyFlag is not { } position) return file;
        byte[] changed = file.ToArray();
        changed[position] &= unchecked((byte)~HasTransparency);
        return changed;
    }

    /// <summary>Gives the pixels that the frame does not cover their colour.</summary>
    public void FillAround(RgbImage image)
    {
        for (int y = 0; y < image.Height; y++)
        {
            bool crossed = y >= _area.Top && y < _area.Top + _area.Height;
            int left = crossed ? Math.Min(_area.Left, image.Width) : image.Width;
            Fill(image, y, 0, left);
            Fill(image, y, Math.Max(left, _area.Left + _area.Width), image.Width);
        }
    }

    private void Fill(RgbImage image, int row, int start, int end)
    {
        for (int x = start; x < end; x++) _around.CopyTo(image.Writable[((row * image.Stride) + (x * RgbImage.Channels))..]);
    }

    private static ReadOnlySpan<byte> PaletteAt(ReadOnlySpan<byte> file, int position, byte flags)
    {
        if ((flags & HasPalette) == 0) return [];
        int length = RgbImage.Channels << ((flags & 7) + 1);
        return position + length <= file.Length ? file.Slice(position, length) : [];
    }

    // Blocks begin with their length; one of length zero ends them.
    private static int EndOfBlocks(ReadOnlySpan<byte> file, int position)
    {
        while (position < file.Length && file[position] != 0) position += file[position] + 1;
        return position + 1;
    }

    private static int Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
