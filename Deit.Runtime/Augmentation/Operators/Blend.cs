using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// Pillow's <c>Image.blend</c>: <c>first + factor * (second - first)</c> in single precision, clipped, its fraction dropped. A factor
/// beyond 0 and 1 extrapolates.
/// </summary>
internal static class Blend
{
    private const int BytesAtOnce = 16;

    /// <summary>Blends one level.</summary>
    public static byte Level(int first, int second, float factor) => (byte)Math.Clamp(first + (factor * (second - first)), 0f, 255f);

    /// <summary>Blends an image into another of the same size, which takes the result.</summary>
    /// <param name="first">What a factor of 0 gives.</param>
    /// <param name="second">What a factor of 1 gives; written to.</param>
    /// <param name="factor">The factor.</param>
    public static void Into(ReadOnlySpan<byte> first, Span<byte> second, float factor)
    {
        ref byte left = ref MemoryMarshal.GetReference(first[..second.Length]);
        ref byte right = ref MemoryMarshal.GetReference(second);
        int x = 0;
        for (; x <= second.Length - BytesAtOnce; x += BytesAtOnce)
        {
            (Vector128<ushort> lower0, Vector128<ushort> upper0) = Vector128.Widen(Vector128.LoadUnsafe(ref left, (nuint)x));
            (Vector128<ushort> lower1, Vector128<ushort> upper1) = Vector128.Widen(Vector128.LoadUnsafe(ref right, (nuint)x));
            Vector256<short> words = Vector256.Narrow(Eight(lower0, lower1, factor), Eight(upper0, upper1, factor));
            Vector128.Narrow(words.GetLower().AsUInt16(), words.GetUpper().AsUInt16()).StoreUnsafe(ref right, (nuint)x);
        }

        for (; x < second.Length; x++) second[x] = Level(first[x], second[x], factor);
    }

    private static Vector256<int> Eight(Vector128<ushort> first, Vector128<ushort> second, float factor)
    {
        Vector256<int> from = Vector256.WidenLower(first.ToVector256Unsafe()).AsInt32();
        Vector256<int> to = Vector256.WidenLower(second.ToVector256Unsafe()).AsInt32();
        Vector256<float> blended = Vector256.ConvertToSingle(from) + (Vector256.ConvertToSingle(to - from) * factor);
        return Vector256.ConvertToInt32Native(Vector256.ClampNative(blended, Vector256<float>.Zero, Vector256.Create(255f)));
    }
}
