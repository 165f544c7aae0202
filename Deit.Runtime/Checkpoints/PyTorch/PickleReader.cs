using System.Buffers.Binary;
using System.Text;

namespace Deit.Checkpoints.PyTorch;

/// <summary>Reads the bytes of a pickle from a part of a file, in pieces; a length is compared with what is left before it is believed.</summary>
/// <param name="file">The file.</param>
/// <param name="begin">The first byte.</param>
/// <param name="end">The byte after the last one that may be read.</param>
internal sealed class PickleReader(FileBytes file, long begin, long end)
{
    private const int BufferBytes = 1 << 16;
    private const int LongestLine = 1000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[Math.Clamp(end - begin, 0, BufferBytes)];
    private long _bufferEnd = begin;
    private int _used;
    private int _filled;

    /// <summary>The position in the file of the next byte.</summary>
    public long Position => _bufferEnd - (_filled - _used);

    private long Left => end - Position;

    /// <summary>Reads a byte.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public byte ReadByte()
    {
        if (_used == _filled)
        {
            Require(1);
            _filled = (int)Math.Min(_buffer.Length, Left);
            _used = 0;
            file.Read(_bufferEnd, _buffer.AsSpan(0, _filled));
            _bufferEnd += _filled;
        }

        return _buffer[_used++];
    }

    /// <summary>Reads a whole number of 2 bytes.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(sizeof(ushort)));

    /// <summary>Reads a whole number of 4 bytes.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int)));

    /// <summary>Reads a number without sign of 4 bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(sizeof(uint)));

    /// <summary>Reads a number without sign of 8 bytes.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(sizeof(ulong)));

    /// <summary>Reads a floating-point number, which alone is stored with its highest byte first.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(sizeof(double)));

    /// <summary>Reads bytes.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public byte[] ReadBytes(ulong length)
    {
        Require(length);
        byte[] bytes = new byte[length];
        int buffered = (int)Math.Min(length, (ulong)(_filled - _used));
        _buffer.AsSpan(_used, buffered).CopyTo(bytes);
        _used += buffered;
        if (buffered == bytes.Length) return bytes;

        file.Read(_bufferEnd, bytes.AsSpan(buffered));
        _bufferEnd += bytes.Length - buffered;
        return bytes;
    }

    /// <summary>Reads text of so many bytes.</summary>
    /// <exception cref="InvalidDataException">There are not so many, or they are not UTF-8.</exception>
    public string ReadText(ulong length) => Decode(ReadBytes(length));

    /// <summary>Reads text up to the end of its line.</summary>
    /// <exception cref="InvalidDataException">The line does not end, or is no text.</exception>
    public string ReadLine()
    {
        var line = new List<byte>();
        for (byte next = ReadByte(); next != (byte)'\n'; next = ReadByte())
        {
            if (line.Count == LongestLine) throw new InvalidDataException("its pickle names a class with a name without end");
            line.Add(next);
        }

        return Decode([.. line]);
    }

    private static string Decode(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException("its pickle holds a text that is not UTF-8", exception);
        }
    }

    private void Require(ulong length)
    {
        if (length > (ulong)Math.Max(Left, 0)) throw new InvalidDataException("its pickle breaks off");
    }
}
