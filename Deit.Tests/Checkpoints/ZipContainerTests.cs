using System.IO.Compression;
using Deit.Checkpoints;
using Deit.Tests.Support;

namespace Deit.Tests.Checkpoints;

/// <summary>Zip files that no PyTorch wrote.</summary>
public sealed class ZipContainerTests : IDisposable
{
    private static readonly ZipItem Pickle = new("a/data.pkl", PickleBytes.Of(PickleBytes.Dict(
        ("x", PickleBytes.Tensor(PickleBytes.Storage("FloatStorage", "0", 2), 0, [2], [1])))));
    private static readonly ZipItem Storage = new("a/data/0", new byte[8]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_without_a_fault_is_read()
    {
        foreach (bool wide in (bool[])[false, true])
        {
            using WeightFile file = WeightFile.Open(Write(ZipBytes.Of([Pickle, Storage], wide)));
            Assert.Equal(["x"], file.Names.AsEnumerable());
        }
    }

    [Theory]
    [InlineData("a/../../etc/passwd")]
    [InlineData("../a/data/1")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\..\\b")]
    [InlineData("c:/windows")]
    [InlineData("")]
    public void A_name_that_leaves_the_archive_is_refused(string name) =>
        Refuse(ZipBytes.Of([Pickle, Storage, new(name, [])]), "leaves the archive");

    [Fact]
    public void A_name_that_occurs_twice_is_refused() =>
        Refuse(ZipBytes.Of([Pickle, Storage, Storage]), "it has two entries 'a/data/0'");

    [Fact]
    public void A_bomb_is_refused_before_anything_is_inflated()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = zip.CreateEntry("a/data.pkl", CompressionLevel.SmallestSize).Open();
            byte[] zeros = new byte[1 << 20];
            for (int megabyte = 0; megabyte < 64; megabyte++) entry.Write(zeros);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Refuse(stream.ToArray(), "entry 'a/data.pkl' is compressed");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void Sizes_that_cannot_be_true_are_refused()
    {
        Refuse(ZipBytes.Of([Pickle, Storage with { Inflated = 1L << 30 }]), "entry 'a/data/0' has 8 bytes that would become 1073741824");
        Refuse(ZipBytes.Of([Pickle, Storage with { Length = 1L << 30 }]), "entry 'a/data/0' of 1073741824 bytes does not lie in the file");
        Refuse(ZipBytes.Of([Pickle, Storage with { Length = long.MaxValue }], wide: true), "of 9223372036854775807 bytes does not lie in the file");
        Refuse(ZipBytes.Of([Pickle, Storage with { Length = -1 }], wide: true), "entry 'a/data/0' does not lie in the file");
        Refuse(ZipBytes.Of([Pickle, Storage with { Header = -1 }], wide: true), "entry 'a/data/0' does not lie in the file");
        Refuse(ZipBytes.Of([Pickle, Storage with { Header = long.MaxValue }], wide: true), "entry 'a/data/0' does not lie in the file");
    }

    [Fact]
    public void Entries_that_lie_in_each_other_are_refused()
    {
        var other = new ZipItem("a/data/1", new byte[8]) { Header = 0, LocalName = "a/data.pkl" };
        Refuse(ZipBytes.Of([Pickle, Storage, other]), "entry 'a/data/1' is not where the directory has it");
        Refuse(ZipBytes.Of([Pickle with { Length = Pickle.Content.Length + 20 }, Storage]), "entry 'a/data/0' lies in the one before it");
    }

    [Fact]
    public void A_header_that_says_otherwise_than_the_directory_is_refused()
    {
        Refuse(ZipBytes.Of([Pickle, Storage with { LocalName = "a/data/9" }]), "entry 'a/data/0' is not where the directory has it");
        Refuse(ZipBytes.Of([Pickle, Storage with { Header = 1 }]), "entry 'a/data/0' is not where the directory has it");
    }

    [Fact]
    public void Encryption_is_refused() =>
        Refuse(ZipBytes.Of([Pickle, Storage with { Flags = 1 }]), "entry 'a/data/0' is encrypted");

    [Fact]
    public void An_archive_with_no_pickle_or_with_several_is_refused()
    {
        Refuse(ZipBytes.Of([Storage]), "it has 0 entries data.pkl");
        Refuse(ZipBytes.Of([Pickle, Storage, Pickle with { Name = "b/data.pkl" }]), "it has 2 entries data.pkl");
        Refuse(ZipBytes.Of([Pickle with { Name = "a/b/data.pkl" }, Storage]), "it has 0 entries data.pkl");
    }

    [Fact]
    public void A_storage_of_another_size_than_the_pickle_says_is_refused() =>
        Refuse(ZipBytes.Of([Pickle, Storage with { Content = new byte[12] }]), "storage '0' should have 8 bytes, but has 12");

    [Theory]
    [InlineData(12, "its directory")]
    [InlineData(16, "its directory")]
    public void A_directory_that_does_not_lie_in_the_file_is_refused(int field, string reason)
    {
        byte[] file = ZipBytes.Of([Pickle, Storage]);
        file.AsSpan(file.Length - 22 + field, 4).Fill(0x7f);
        Refuse(file, reason);
    }

    private string Write(byte[] content)
    {
        string path = _folder.File("a.pth");
        File.WriteAllBytes(path, content);
        return path;
    }

    private void Refuse(byte[] content, string reason)
    {
        string path = Write(content);
        var exception = Assert.Throws<DeitException>(() => WeightFile.Open(path).Dispose());
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }
}
