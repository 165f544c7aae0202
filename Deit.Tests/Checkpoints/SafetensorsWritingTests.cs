using Deit.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

public sealed class SafetensorsWritingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void File_is_replaced_and_nothing_else_is_left_in_the_folder()
    {
        string path = _folder.File("a.safetensors");
        Safetensors.Save(path, [new("first", One())]);
        Safetensors.Save(path, [new("second", One())]);

        Assert.Equal(["second"], Safetensors.Load(path).Keys);
        Assert.Equal(["a.safetensors"], _folder.FileNames());
    }

    [Fact]
    public void Tensor_that_cannot_be_read_in_the_middle_of_writing_leaves_the_old_file()
    {
        string path = _folder.File("a.safetensors");
        Safetensors.Save(path, [new("old", One())]);
        byte[] before = File.ReadAllBytes(path);
        Tensor withoutElements = torch.empty([1000], dtype: ScalarType.Float32, device: META);
        KeyValuePair<string, Tensor>[] tensors = [new("a", One()), new("b", withoutElements), new("c", One())];

        var exception = Assert.Throws<DeitException>(() => Safetensors.Save(path, tensors));
        Assert.Contains("a.safetensors' was not written: tensor 'b'", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(["a.safetensors"], _folder.FileNames());
    }

    [Fact]
    public void Disk_that_fails_in_the_middle_of_writing_leaves_the_old_file()
    {
        string path = _folder.File("a.bin");
        File.WriteAllText(path, "old");

        var exception = Assert.Throws<DeitException>(() => AtomicFile.Write(path, 0, stream =>
        {
            stream.Write(new byte[3_000_000]);
            throw new IOException("No space left on device.");
        }));
        Assert.Contains("what was there before is unchanged: No space left on device.", exception.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["a.bin"], _folder.FileNames());
    }

    [Fact]
    public void Disk_without_enough_room_refuses_before_anything_is_written()
    {
        string path = _folder.File("a.bin");
        File.WriteAllText(path, "old");
        bool written = false;

        Assert.Throws<DeitException>(() => AtomicFile.Write(path, 1L << 50, _ => written = true));
        Assert.False(written);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["a.bin"], _folder.FileNames());
    }

    [Fact]
    public void Folder_that_is_not_there_is_named()
    {
        string path = Path.Combine(_folder.Path, "none", "a.safetensors");

        var exception = Assert.Throws<DeitException>(() => Safetensors.Save(path, [new("a", One())]));
        Assert.Contains($"'{path}' could not be written", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_in_the_place_of_the_file_is_refused()
    {
        string path = _folder.File("a.safetensors");
        Directory.CreateDirectory(path);

        Assert.Throws<DeitException>(() => Safetensors.Save(path, [new("a", One())]));
        Assert.Empty(_folder.FileNames());
    }

    [Fact]
    public void Names_that_would_be_lost_are_refused()
    {
        AssertRefused("two tensors would have the name 'a'", new("a", One()), new("a", One()));
        AssertRefused("'__metadata__'", new KeyValuePair<string, Tensor>("__metadata__", One()));
        AssertRefused("is not Unicode text", new KeyValuePair<string, Tensor>("\ud800", One()));
    }

    [Fact]
    public void Types_that_have_no_place_in_the_file_are_refused() =>
        AssertRefused(
            "tensor 'a' has the type ComplexFloat32",
            new KeyValuePair<string, Tensor>("a", torch.zeros([1], dtype: ScalarType.ComplexFloat32, device: CPU)));

    private static Tensor One() => torch.ones([1], dtype: ScalarType.Float32, device: CPU);

    private void AssertRefused(string reason, params KeyValuePair<string, Tensor>[] tensors)
    {
        var exception = Assert.Throws<DeitException>(() => Safetensors.Save(_folder.File("a.safetensors"), tensors));
        Assert.Contains("a.safetensors' was not written", exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.FileNames());
    }
}
