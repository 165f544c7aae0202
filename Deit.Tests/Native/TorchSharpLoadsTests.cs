using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Native;

public sealed class TorchSharpLoadsTests
{
    private const string NewerVersion = "GLIBCXX_3.4.32";
    private const byte WeakFlag = 0x2;
    private const int FlagAfterHash = 4; // Elf64_Vernaux: vna_hash, 4 bytes; vna_flags, 2 bytes; ...

    [Fact]
    public void Library_loads_and_computes()
    {
        using Tensor sum = torch.ones([2, 3], dtype: ScalarType.Float32, device: CPU).sum();

        Assert.Equal(6, sum.item<float>());
    }

    [SkippableFact]
    public void Library_that_is_loaded_is_the_one_in_the_output_folder()
    {
        TorchSharpLibrary.SkipUnlessLinuxX64();
        using Tensor loads = torch.ones([1], dtype: ScalarType.Float32, device: CPU);
        string[] loaded =
            [.. File.ReadLines("/proc/self/maps").Where(static line => line.EndsWith("/libLibTorchSharp.so", StringComparison.Ordinal))];

        Assert.NotEmpty(loaded);
        Assert.All(loaded, static line => Assert.EndsWith(TorchSharpLibrary.Output, line, StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Library_in_the_output_folder_differs_from_the_package_s_only_in_the_weak_flag_and_the_run_path()
    {
        TorchSharpLibrary.SkipUnlessLinuxX64();
        byte[] original = TorchSharpLibrary.ReadPackaged();
        byte[] mended = File.ReadAllBytes(TorchSharpLibrary.Output);
        Assert.Equal(original.Length, mended.Length);

        (int start, int end) = RunPath(original, mended);
        int[] outside = [.. Enumerable.Range(0, original.Length).Where(i => original[i] != mended[i] && (i < start || i >= end))];
        int flag = Assert.Single(outside);
        Assert.Equal(0, original[flag]);
        Assert.Equal(WeakFlag, mended[flag]);
        Assert.Equal(ElfHash(NewerVersion), BinaryPrimitives.ReadUInt32LittleEndian(mended.AsSpan(flag - FlagAfterHash)));
    }

    [SkippableFact]
    public void Library_in_the_package_cache_is_as_it_was_unpacked()
    {
        TorchSharpLibrary.SkipUnlessLinuxX64();

        Assert.True(TorchSharpLibrary.ReadPackaged().AsSpan().SequenceEqual(File.ReadAllBytes(TorchSharpLibrary.Cached)));
    }

    [SkippableTheory]
    [InlineData("cuda", "TorchSharp-cuda-linux", "libtorch-cpu-linux-x64")]
    [InlineData("cpu", "libtorch-cpu-linux-x64", "TorchSharp-cuda-linux")]
    [InlineData(null, "libtorch-cpu-linux-x64", "TorchSharp-cuda-linux")]
    public void Backend_chooses_the_package_with_libtorch(string? backend, string chosen, string other)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only on Linux are there packages for both.");
        string[] property = backend is null ? [] : [$"-p:TorchBackend={backend}"];
        string output = DotNet.Run(
            RepositoryRoot.Combine("Deit.Runtime"),
            ["msbuild", "Deit.Runtime.csproj", "-getItem:PackageReference", .. property]);
        JsonElement references = JsonSerializer.Deserialize<JsonElement>(output).GetProperty("Items").GetProperty("PackageReference");
        string[] packages = [.. references.EnumerateArray().Select(static package => package.GetProperty("Identity").GetString()!)];

        Assert.Contains(chosen, packages);
        Assert.DoesNotContain(other, packages);
    }

    /// <summary>Where the original's run path lies; what replaces it ends there or before.</summary>
    private static (int Start, int End) RunPath(byte[] original, byte[] mended)
    {
        int start = mended.AsSpan().IndexOf("$ORIGIN:$ORIGIN/runtimes/linux-x64/native\0"u8);
        Assert.True(start > 0, "The mended library has no run path of its own.");
        Assert.StartsWith("$ORIGIN", Encoding.ASCII.GetString(original, start, 16), StringComparison.Ordinal);
        return (start, start + original.AsSpan(start).IndexOf((byte)0));
    }

    /// <summary>The hash by which the loader finds symbols and versions (System V ABI, "Hash Table").</summary>
    private static uint ElfHash(string name)
    {
        uint hash = 0;
        foreach (char character in name)
        {
            hash = (hash << 4) + character;
            uint high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
