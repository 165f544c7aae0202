using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation.Cache;

/// <summary>How the answers to a batch are written, little-endian.</summary>
/// <remarks>
/// Hard: the class of every image, in the fewest of 1, 2 or 4 bytes that hold all classes. Soft: all logits in float32, image by image. Soft with
/// <see cref="DistillationOptions.TopK"/>: the k greatest logits of every image in float32, then the logit of the rest of every image, then the
/// classes of the greatest, in 1, 2 or 4 bytes.
/// </remarks>
internal sealed class AnswerLayout
{
    private readonly DistillationOptions _options;
    private readonly int _classes;
    private readonly int _batch;
    private readonly int _classBytes;
    private readonly int? _kept;

    /// <param name="options">What the student learns.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="batch">Images of a batch.</param>
    public AnswerLayout(DistillationOptions options, int classes, int batch)
    {
        _options = options;
        _classes = classes;
        _batch = batch;
        _kept = options.KeptOf(classes);
        _classBytes = classes <= 1 << 8 ? 1 : classes <= 1 << 16 ? 2 : 4;
        Length = checked(batch * BytesOfAnswer);
    }

    /// <summary>Bytes of the answers to a batch.</summary>
    public int Length { get; }

    private int BytesOfAnswer => _options.Type == DistillationType.Hard
        ? _classBytes
        : _kept is { } kept ? ((kept + 1) * sizeof(float)) + (kept * _classBytes) : _classes * sizeof(float);

    /// <summary>Writes answers.</summary>
    /// <param name="logits">The teacher's logits, shape (batch, classes).</param>
    /// <param name="destination">Takes <see cref="Length"/> bytes.</param>
    public void Write(Tensor logits, Span<byte> destination)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        if (_options.Type == DistillationType.Hard)
        {
            WriteClasses(TeacherAnswer.Of(_options, logits), destination);
        }
        else if (_kept is { } kept)
        {
            TopLogits top = TopLogits.Of(logits, kept);
            int values = CopyFloats(top.Values, destination);
            int rest = CopyFloats(top.Rest, destination[values..]);
            WriteClasses(top.Classes, destination[(values + rest)..]);
        }
        else
        {
            CopyFloats(logits, destination);
        }
    }

    /// <summary>Reads answers back.</summary>
    /// <param name="source">What <see cref="Write"/> wrote.</param>
    /// <returns>
    /// What <see cref="TeacherAnswer.Of"/> makes of the logits, to the bit; on the CPU; null where a class is none of them.
    /// </returns>
    public Tensor? Read(ReadOnlySpan<byte> source)
    {
        using DisposeScope scope = NewDisposeScope();
        if (_options.Type == DistillationType.Hard) return ReadClasses(source, [_batch])?.MoveToOuterDisposeScope();
        if (_kept is not { } kept) return ReadFloats(source, _classes).MoveToOuterDisposeScope();

        int values = _batch * kept * sizeof(float);
        int rest = _batch * sizeof(float);
        if (ReadClasses(source[(values + rest)..], [_batch, kept]) is not { } classes) return null;
        var top = new TopLogits(ReadFloats(source[..values], kept), classes, ReadFloats(source.Slice(values, rest), 1));
        return top.ToLogits(_classes).MoveToOuterDisposeScope();
    }

    private static int CopyFloats(Tensor tensor, Span<byte> destination)
    {
        Span<byte> bytes = tensor.to(ScalarType.Float32).cpu().contiguous().bytes;
        bytes.CopyTo(destination);
        return bytes.Length;
    }

    private Tensor ReadFloats(ReadOnlySpan<byte> source, int columns)
    {
        Tensor tensor = empty([_batch, columns], ScalarType.Float32, CPU);
        source.CopyTo(tensor.bytes);
        return tensor;
    }

    private void WriteClasses(Tensor classes, Span<byte> destination)
    {
        foreach (long number in classes.cpu().contiguous().data<long>())
        {
            if (_classBytes == 1) destination[0] = (byte)number;
            else if (_classBytes == 2) BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)number);
            else BinaryPrimitives.WriteInt32LittleEndian(destination, (int)number);
            destination = destination[_classBytes..];
        }
    }

    private Tensor? ReadClasses(ReadOnlySpan<byte> source, long[] shape)
    {
        var numbers = new long[source.Length / _classBytes];
        for (int i = 0; i < numbers.Length; i++)
        {
            ReadOnlySpan<byte> bytes = source.Slice(i * _classBytes, _classBytes);
            numbers[i] = _classBytes switch
            {
                1 => bytes[0],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                _ => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            };
            if (numbers[i] < 0 || numbers[i] >= _classes) return null;
        }

        return tensor(numbers, device: CPU).view(shape);
    }
}
