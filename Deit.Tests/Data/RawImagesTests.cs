using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using Deit.Data;
using Deit.Tests.Support;

namespace Deit.Tests.Data;

public sealed class RawImagesTests : IDisposable
{
    private const string FashionMnist = "/usr/share/datasets/fashion-mnist";
    private static readonly string[] Ten = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cifar10", false)]
    [InlineData("auto", false)]
    [InlineData("auto", true)]
    public void CIFAR_10_is_read_from_its_folder_or_its_archive(string dataset, bool packed)
    {
        WriteCifar10();
        DataSplits splits = Datasets.Open(dataset, packed ? PackCifar10() : _folder.Path, 32);

        Assert.Equal((15, 3), (splits.Train.Count, splits.Validation.Count));
        Assert.Equal(Ten, splits.Train.ClassNames);

        // Three records a file; the label is the record's number in all, its bytes count up from it.
        Assert.Equal([3, 4, 5], Enumerable.Range(3, 3).Select(splits.Train.Label));
        Assert.Equal([.. Enumerable.Range(0, 1024).Select(pixel => (byte)(4 + pixel))], Pixels.Plane(splits.Train, 4, channel: 0));
        Assert.Equal([.. Enumerable.Range(2048, 1024).Select(pixel => (byte)(4 + pixel))], Pixels.Plane(splits.Train, 4, channel: 2));
        Assert.Contains(_folder.Path, splits.Train.Describe(4), StringComparison.Ordinal);
    }

    [Fact]
    public void CIFAR_100_is_read_by_its_fine_classes()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(number => $"class {number}")];
        _folder.WriteFile("fine_label_names.txt", [.. string.Join('\n', names).Select(letter => (byte)letter)]);
        _folder.WriteFile("train.bin", [.. Record([7, 99], 1), .. Record([7, 42], 2)]);
        _folder.WriteFile("test.bin", Record([0, 5], 3));

        DataSplits splits = Datasets.Open("auto", _folder.Path, 32);

        Assert.Equal(["class 99", "class 42"], Enumerable.Range(0, 2).Select(index => splits.Train.ClassNames[splits.Train.Label(index)]));
        Assert.Equal(5, splits.Validation.Label(0));
    }

    [Theory]
    [InlineData("data_batch_3.bin", "lacks 'data_batch_3.bin'")]
    [InlineData("batches.meta.txt", "lacks 'batches.meta.txt'")]
    public void A_missing_file_is_named(string file, string message)
    {
        WriteCifar10();
        File.Delete(_folder.File(file));
        AssertRefused("cifar10", message);
    }

    [Fact]
    public void A_file_that_is_cut_off_and_a_label_that_is_no_class_are_reported()
    {
        WriteCifar10();
        byte[] whole = File.ReadAllBytes(_folder.File("test_batch.bin"));
        _folder.WriteFile("test_batch.bin", whole[..^1]);
        AssertRefused("cifar10", "no whole records of 3073");
        whole[0] = 10;
        _folder.WriteFile("test_batch.bin", whole);
        AssertRefused("cifar10", "class 10");
    }

    [Theory]
    [InlineData(false, "-")]
    [InlineData(true, "-")]
    [InlineData(false, ".")]
    public void IDX_files_are_read_plain_or_compressed(bool compressed, string mark)
    {
        WriteIdx(compressed, mark);
        DataSplits splits = Datasets.Open("auto", _folder.Path, 28);

        Assert.Equal((4, 2), (splits.Train.Count, splits.Validation.Count));
        Assert.Equal(["0", "1", "2", "3"], splits.Train.ClassNames);
        Assert.Equal([3, 2, 1, 0], Enumerable.Range(0, 4).Select(splits.Train.Label));
        using RgbImage image = splits.Train.Load(1);
        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.Equal([6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11], image.Pixels.ToArray());
        Assert.Equal(23f / 2 / 255, splits.Mean[0], tolerance: 1e-4);
    }

    [Fact]
    public void A_list_beside_IDX_files_names_their_classes()
    {
        WriteIdx(compressed: false, "-");
        _folder.WriteFile("classes.txt", "shirt\nbag\nboot\ncoat\n"u8.ToArray());
        Assert.Equal(["shirt", "bag", "boot", "coat"], Datasets.Open("idx", _folder.Path, 28).Train.ClassNames);
    }

    [Fact]
    public void IDX_files_that_are_damaged_or_missing_are_named()
    {
        WriteIdx(compressed: false, "-");
        byte[] images = File.ReadAllBytes(_folder.File("train-images-idx3-ubyte"));
        _folder.WriteFile("train-images-idx3-ubyte", images[..^1]);
        AssertRefused("idx", "train-images-idx3-ubyte");

        // A product that 64 bits do not hold.
        _folder.WriteFile("train-images-idx3-ubyte", [.. images[..8], .. BigEndian(int.MaxValue), .. BigEndian(int.MaxValue), .. images[16..]]);
        AssertRefused("idx", "bytes of data, not 18446744056529682436");
        images[3] = 1;
        _folder.WriteFile("train-images-idx3-ubyte", images);
        AssertRefused("idx", "no IDX file");
        File.Delete(_folder.File("train-labels-idx1-ubyte"));
        AssertRefused("idx", "train-labels-idx1-ubyte");
        WriteIdx(compressed: true, "-");
        File.Delete(_folder.File("train-images-idx3-ubyte"));
        _folder.WriteFile("train-images-idx3-ubyte.gz", [0x1F, 0x8B, 1, 2, 3]);
        AssertRefused("idx", "train-images-idx3-ubyte.gz");
    }

    [SkippableFact]
    public void Fashion_MNIST_is_read_as_Debian_packs_it()
    {
        Skip.IfNot(Directory.Exists(FashionMnist), $"There is no '{FashionMnist}' (Debian's dataset-fashion-mnist).");
        DataSplits splits = Datasets.Open("auto", FashionMnist, 28);

        Assert.Equal((60_000, 10_000, 10), (splits.Train.Count, splits.Validation.Count, splits.Train.ClassNames.Count));
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(6000, Enumerable.Range(0, 60_000).Count(index => splits.Train.Label(index) == label)));

        // As published: mean 0.2860, standard deviation 0.3530.
        Assert.Equal((0.286f, 0.353f), (splits.Mean[0], splits.StandardDeviation[0]));
    }

    private static byte[] Record(byte[] labels, int from) => [.. labels, .. Enumerable.Range(from, 3072).Select(value => (byte)value)];

    private void WriteCifar10()
    {
        _folder.WriteFile("batches.meta.txt", [.. string.Join('\n', Ten).Select(letter => (byte)letter), (byte)'\n', (byte)'\n']);
        for (int batch = 0; batch < 6; batch++)
        {
            string name = batch < 5 ? $"data_batch_{batch + 1}.bin" : "test_batch.bin";
            _folder.WriteFile(name, [.. Enumerable.Range(batch * 3, 3).SelectMany(number => Record([(byte)(number % 10)], number))]);
        }
    }

    private string PackCifar10()
    {
        string path = _folder.File("cifar-10-binary.tar.gz");
        string[] files = Directory.GetFiles(_folder.Path);
        using var packed = new TarWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest));
        foreach (string file in files) packed.WriteEntry(file, $"cifar-10-batches-bin/{Path.GetFileName(file)}");
        return path;
    }

    private void WriteIdx(bool compressed, string mark)
    {
        Write("train-images", 3, [4, 2, 3], [.. Enumerable.Range(0, 24).Select(value => (byte)value)]);
        Write("train-labels", 1, [4], [3, 2, 1, 0]);
        Write("t10k-images", 3, [2, 2, 3], new byte[12]);
        Write("t10k-labels", 1, [2], [0, 1]);

        void Write(string name, byte dimensions, int[] sizes, byte[] data)
        {
            byte[] header = [0, 0, 8, dimensions, .. sizes.SelectMany(BigEndian)];
            byte[] content = [.. header, .. data];
            string file = $"{name}{mark}idx{dimensions}-ubyte";
            if (compressed) _folder.WriteFile(file + ".gz", Compress(content));
            else _folder.WriteFile(file, content);
        }
    }

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Compress(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest)) stream.Write(content);
        return packed.ToArray();
    }

    private void AssertRefused(string dataset, string part)
    {
        string message = Assert.Throws<DeitException>(() => Datasets.Open(dataset, _folder.Path, 32)).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, message, StringComparison.Ordinal);
    }
}
