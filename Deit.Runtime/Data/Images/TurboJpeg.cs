using System.Runtime.InteropServices;

namespace Deit.Data;

/// <summary>
/// libjpeg-turbo by its own interface, TurboJPEG, where the system has it (Debian's <c>libturbojpeg0</c>): twice as fast as the
/// copy in SkiaSharp, whose build has no vector code, for the same pixels. The functions are those of versions 1.4 to 3.
/// </summary>
internal static unsafe class TurboJpeg
{
    private const int Rgb = 0;
    private const int Success = 0;

    // Colour spaces of the file that become RGB without Pillow's own arithmetic: RGB, YCbCr, gray.
    private const int LastPlainColorspace = 2;

    // Set to 0, it leaves the library alone.
    private const string Switch = "DEIT_TURBOJPEG";

    private static readonly string[] LibraryNames = ["libturbojpeg.so.0", "libturbojpeg.0.dylib", "turbojpeg.dll"];

    private static readonly Functions? Library = Load();

    // A decompressor serves one thread at a time. Threads are few and live as long as an epoch.
    [ThreadStatic]
    private static Decompressor? t_decompressor;

    /// <summary>Whether the system has the library.</summary>
    public static bool IsAvailable => Library is not null;

    /// <summary>Decodes a JPEG; null where anything is unusual, which the other decoder then judges.</summary>
    /// <param name="file">The whole content.</param>
    /// <param name="maximumPixels">Of how many pixels the image may be.</param>
    /// <param name="shrinking">Given width and height, the divisor of both: 1, 2, 4 or 8.</param>
    public static RgbImage? Decode(ReadOnlySpan<byte> file, int maximumPixels, Func<int, int, int>? shrinking = null)
    {
        if (Library is not { } library) return null;
        Decompressor decompressor = t_decompressor ??= new Decompressor(library);
        fixed (byte* bytes = file)
        {
            int known = library.Header(decompressor.Handle, bytes, (nuint)file.Length, out int width, out int height, out _, out int colorspace);
            bool isPlain = known == Success && width > 0 && height > 0 && colorspace <= LastPlainColorspace;
            if (!isPlain || (long)width * height > maximumPixels) return null;
            int divisor = shrinking?.Invoke(width, height) ?? 1;
            RgbImage image = RgbImage.Uninitialized(DivideUp(width, divisor), DivideUp(height, divisor));
            fixed (byte* pixels = image.Writable)
            {
                // No flags: the exact transform and smooth upsampling, as Pillow has them. Warnings are refused too.
                int result = library.Decompress(
                    decompressor.Handle, bytes, (nuint)file.Length, pixels, image.Width, image.Stride, image.Height, Rgb, 0);
                if (result == Success) return image;
            }

            image.Dispose();
            return null;
        }
    }

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;

    private static Functions? Load()
    {
        if (Environment.GetEnvironmentVariable(Switch) == "0") return null;
        foreach (string name in LibraryNames)
        {
            if (!NativeLibrary.TryLoad(name, out nint library)) continue;
            if (NativeLibrary.TryGetExport(library, "tjInitDecompress", out nint create)
                && NativeLibrary.TryGetExport(library, "tjDestroy", out nint destroy)
                && NativeLibrary.TryGetExport(library, "tjDecompressHeader3", out nint header)
                && NativeLibrary.TryGetExport(library, "tjDecompress2", out nint decompress))
            {
                return new Functions(create, destroy, header, decompress);
            }
        }

        return null;
    }

    private sealed class Functions(nint create, nint destroy, nint header, nint decompress)
    {
        public nint Create() => ((delegate* unmanaged[Cdecl]<nint>)create)();

        public void Destroy(nint handle) => _ = ((delegate* unmanaged[Cdecl]<nint, int>)destroy)(handle);

        public int Header(nint handle, byte* file, nuint length, out int width, out int height, out int subsampling, out int colorspace)
        {
            fixed (int* w = &width, h = &height, s = &subsampling, c = &colorspace)
            {
                return ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, int*, int*, int*, int*, int>)header)(handle, file, length, w, h, s, c);
            }
        }

        public int Decompress(nint handle, byte* file, nuint length, byte* pixels, int width, int pitch, int height, int format, int flags) =>
            ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, int, int, int, int, int, int>)decompress)(
                handle, file, length, pixels, width, pitch, height, format, flags);
    }

    private sealed class Decompressor(Functions library)
    {
        public nint Handle { get; } = library.Create();

        ~Decompressor() => library.Destroy(Handle);
    }
}
