using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using Deit.Data;
using Deit.Tests.Support;
using SkiaSharp;

namespace Deit.Tests.Data;

public sealed class ArchiveTests : IDisposable
{
    private static readonly string[] Names = ["train/a/0.png", "train/a/1.jpg", "train/b/0.png", "val/a/0.png", "val/b/0.png"];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => ["stored.zip", "deflated.zip", "ustar.tar", "pax.tar", "gnu.tar"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_archive_is_the_same_dataset_as_the_folder_that_it_was_made_of(string kind)
    {
        DataSplits folder = ImageFolder.Open(Images(), 8);
        foreach (string prefix in new[] { "", "./", "dataset-1.0/" })
        {
            string path = Under($"{prefix.Length}/{kind}");
            File.Move(Pack(kind, Names.Select(name => (prefix + name, name))), path);

            DataSplits archive = Datasets.Open("auto", path, 8);

            AssertSame(folder.Train, archive.Train);
            AssertSame(folder.Validation, archive.Validation);
            Assert.StartsWith($"{path}:", archive.Train.Describe(0), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("stored.zip", "zip")]
    [InlineData("gnu.tar", "tar")]
    public void Several_archives_of_a_folder_or_a_pattern_are_one_dataset(string kind, string dataset)
    {
        DataSplits whole = ImageFolder.Open(Images(), 8);
        string extension = Path.GetExtension(kind);
        for (int i = 0; i < Names.Length; i++) File.Move(Pack(kind, [(Names[i], Names[i])]), Under($"shards/part-{i}{extension}"));

        AssertSame(whole.Train, Datasets.Open(dataset, Under("shards"), 8).Train);
        AssertSame(whole.Validation, Datasets.Open("auto", Under($"shards/part-*{extension}"), 8).Validation);
    }

    [Fact]
    public void A_shard_s_name_says_its_part_where_the_names_in_it_do_not()
    {
        DataSplits whole = ImageFolder.Open(Images(), 8);
        foreach (string name in Names)
        {
            string[] steps = name.Split('/');
            File.Move(Pack("pax.tar", [($"{steps[1]}/{steps[2]}", name)]), Under($"shards/{steps[0]}-{steps[1]}-{steps[2]}.tar"));
        }

        DataSplits shards = Datasets.Open("tar", Under("shards"), 8);

        AssertSame(whole.Train, shards.Train);
        AssertSame(whole.Validation, shards.Validation);
    }

    [Fact]
    public void Pairs_of_image_and_class_number_are_read_as_WebDataset_writes_them()
    {
        Images();
        (string, byte[])[] files =
        [
            ("0001.png", File.ReadAllBytes(Under("images/train/a/0.png"))), ("0001.cls", "2\n"u8.ToArray()),
            ("0002.png", File.ReadAllBytes(Under("images/train/b/0.png"))), ("0002.cls", "0"u8.ToArray()),
        ];
        File.Move(Tar("train.tar", TarEntryFormat.Pax, files), Under("shards/train-0.tar"));
        File.Move(Tar("train.tar", TarEntryFormat.Pax, files), Under("shards/train-1.tar"));
        File.Move(Tar("val.tar", TarEntryFormat.Pax, files[..2]), Under("shards/val-0.tar"));

        DataSplits splits = Datasets.Open("tar", Under("shards"), 8);

        Assert.Equal(["0", "1", "2"], splits.Train.ClassNames);
        Assert.Equal([0, 0, 2, 2], Enumerable.Range(0, 4).Select(splits.Train.Label));
        Assert.Equal(Pixels.Of(splits.Validation, 0), Pixels.Of(splits.Train, 3));
        Assert.Equal($"{Under("shards/train-0.tar")}:0002.png", splits.Train.Describe(0));
    }

    [Fact]
    public void Pairs_of_other_shards_are_kept_apart_whatever_their_format()
    {
        byte[] png = File.ReadAllBytes(Path.Combine(Images(), Names[0]));
        byte[] jpg = File.ReadAllBytes(Path.Combine(Images(), Names[1]));
        File.Move(Tar("a.tar", TarEntryFormat.Pax, [("1.jpg", jpg), ("1.cls", "0"u8.ToArray())]), Under("shards/train-0.tar"));
        File.Move(Tar("b.tar", TarEntryFormat.Pax, [("1.png", png), ("1.cls", "1"u8.ToArray())]), Under("shards/train-1.TAR"));

        IImageDataset train = Datasets.OpenForValidation(Under("shards"));

        Assert.Equal([0, 1], Enumerable.Range(0, train.Count).Select(train.Label));
        Assert.EndsWith(":1.png", train.Describe(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("cat")]
    [InlineData("2147483647")]
    public void What_is_no_number_of_a_class_is_named(string number)
    {
        string archive = Tar("train.tar", TarEntryFormat.Pax, [("1.png", File.ReadAllBytes(Path.Combine(Images(), Names[0]))), ("1.cls", [.. number.Select(letter => (byte)letter)])]);
        string message = Assert.Throws<DeitException>(() => Datasets.Open("tar", archive, 8)).Message;
        Assert.StartsWith($"'{archive}:1.cls' must hold the number of a class", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_of_an_archive_are_the_files_that_they_lead_to_or_reported()
    {
        byte[] image = File.ReadAllBytes(Path.Combine(Images(), Names[0]));
        string path = Tar(
            "links.tar",
            TarEntryFormat.Pax,
            [("./train/a/0.png", image), ("val/a/0.png", image)],
            new PaxTarEntry(TarEntryType.HardLink, "train/a/1.png") { LinkName = "./train/a/0.png" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "train/a/2.png") { LinkName = "../../val/./a/0.png" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "train/a/3.png") { LinkName = "2.png" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "train/a/4.png") { LinkName = "/elsewhere/0.png" });
        IImageDataset train = Datasets.Open("auto", path, 8).Train;

        Assert.Equal(5, train.Count);
        Assert.All(Enumerable.Range(1, 3), index => Assert.Equal(Pixels.Of(train, 0), Pixels.Of(train, index)));
        string message = Assert.Throws<DeitException>(() => train.Load(4)).Message;
        Assert.StartsWith($"Cannot read the image '{path}:train/a/4.png': the archive has no content of it", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_that_says_too_little_of_its_count_or_too_much_of_a_length_drops_and_takes_nothing()
    {
        Images();
        string path = Pack("deflated.zip", Names.Select(name => (name, name)));
        byte[] content = File.ReadAllBytes(path);
        int end = content.Length - 22;
        content[end + 10]--;
        File.WriteAllBytes(path, content);
        Assert.Contains("Its directory is damaged", Assert.Throws<DeitException>(() => Datasets.Open("zip", path, 8)).Message, StringComparison.Ordinal);

        content[end + 10]++;
        int directory = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(end + 16));
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(directory + 24), 2_000_000_000);
        File.WriteAllBytes(path, content);
        IImageDataset train = Datasets.Open("zip", path, 8).Train;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<DeitException>(() => train.Load(0));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void Long_names_and_names_of_other_alphabets_are_kept()
    {
        Images();
        string name = $"train/{new string('k', 120)}/снимок {new string('x', 60)}.png";
        foreach (string kind in new[] { "deflated.zip", "pax.tar", "gnu.tar" })
        {
            string archive = Pack(kind, [(name, Names[0]), (name.Replace("train", "val", StringComparison.Ordinal), Names[0])]);
            Assert.Equal($"{archive}:{name}", Datasets.Open("auto", archive, 8).Train.Describe(0));
        }
    }

    [Fact]
    public void Left_overs_of_a_Mac_are_no_images()
    {
        Images();
        string archive = Under("whole.zip");
        File.Move(Pack("stored.zip", [.. Names.Select(name => (name, name)), ("__MACOSX/train/a/._0.png", Names[0]), ("train/a/._0.png", Names[0])]), archive);
        Assert.Equal(3, Datasets.Open("zip", archive, 8).Train.Count);

        // Below the part that a shard's name says, and beside shards, and of pairs.
        File.Move(Pack("stored.zip", [("a/0.png", Names[0]), ("__MACOSX/a/._0.png", Names[0]), ("__MACOSX/._a.cls", Names[0])]), Under("shards/train-0.zip"));
        File.Move(Pack("stored.zip", [("a/0.png", Names[0])]), Under("shards/val-0.zip"));
        File.WriteAllText(Under("shards/._train-0.zip"), "Mac OS X");
        DataSplits shards = Datasets.Open("auto", Under("shards"), 8);
        Assert.Equal((1, 1), (shards.Train.Count, shards.Validation.Count));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_archive_that_is_cut_off_is_named(string kind)
    {
        Images();
        string path = Pack(kind, Names.Select(name => (name, name)));
        byte[] content = File.ReadAllBytes(path);
        foreach (int length in new[] { 0, 10, content.Length / 3, content.Length / 2 })
        {
            File.WriteAllBytes(path, content[..length]);
            string message = Assert.Throws<DeitException>(() => Datasets.Open(Path.GetExtension(path)[1..], path, 8)).Message;
            Assert.Contains(path, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Theory]
    [InlineData("stored.zip")]
    [InlineData("deflated.zip")]
    public void A_damaged_file_of_an_archive_is_named_and_leaves_the_others_alone(string kind)
    {
        Images();
        string path = Pack(kind, Names.Select(name => (name, name)));
        byte[] content = File.ReadAllBytes(path);

        // The first file's content follows its header and name.
        content[30 + Names[0].Length + 45] ^= 0x10;
        File.WriteAllBytes(path, content);
        IImageDataset train = Datasets.Open("zip", path, 8).Train;

        string message = Assert.Throws<DeitException>(() => train.Load(0)).Message;
        Assert.Contains($"{path}:{Names[0]}", message, StringComparison.Ordinal);
        train.Load(1).Dispose();
    }

    [Fact]
    public void Damage_of_an_archive_s_directory_gives_images_or_a_message()
    {
        Images();
        var random = new Random(5);
        foreach (string kind in new[] { "deflated.zip", "gnu.tar" })
        {
            string path = Pack(kind, Names.Select(name => (name, name)));
            byte[] content = File.ReadAllBytes(path);
            for (int round = 0; round < 60; round++)
            {
                byte[] damaged = [.. content];
                for (int i = 0; i < 3; i++) damaged[^random.Next(1, Math.Min(600, damaged.Length))] = (byte)random.Next(256);
                File.WriteAllBytes(path, damaged);
                ReadOrRefuse(path);
            }
        }
    }

    [Fact]
    public void Many_threads_read_one_archive()
    {
        DataSplits folder = ImageFolder.Open(Images(), 8);
        IImageDataset archive = Datasets.Open("zip", Pack("deflated.zip", Names.Select(name => (name, name))), 8).Train;
        byte[][] expected = [.. Enumerable.Range(0, 3).Select(index => Pixels.Of(folder.Train, index))];

        Parallel.For(0, 200, index => Assert.Equal(expected[index % 3], Pixels.Of(archive, index % 3)));
    }

    [SkippableFact]
    public void The_sample_of_CIFAR_10_opens_where_it_lies()
    {
        DataSplits splits = Datasets.Open("zip", TestData.Require("cifar10.zip"), 32);

        Assert.Equal((50_000, 10_000), (splits.Train.Count, splits.Validation.Count));
        Assert.Equal(10, splits.Train.ClassNames.Count);
        using RgbImage image = splits.Train.Load(49_999);
        Assert.Equal((32, 32), (image.Width, image.Height));
    }

    private static void ReadOrRefuse(string path)
    {
        try
        {
            IImageDataset train = Datasets.Open(Path.GetExtension(path)[1..], path, 8).Train;
            for (int index = 0; index < train.Count; index++) train.Load(index).Dispose();
        }
        catch (DeitException refusal)
        {
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        }
    }

    private static void AssertSame(IImageDataset expected, IImageDataset actual)
    {
        Assert.Equal(expected.ClassNames, actual.ClassNames);
        Assert.Equal(Enumerable.Range(0, expected.Count).Select(expected.Label), Enumerable.Range(0, actual.Count).Select(actual.Label));
        for (int index = 0; index < expected.Count; index++) Assert.Equal(Pixels.Of(expected, index), Pixels.Of(actual, index));
    }

    private string Under(string name)
    {
        string path = _folder.Under(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private string Images()
    {
        for (int i = 0; i < Names.Length; i++)
        {
            int shade = 20 + (i * 40);
            _folder.WriteImage("images/" + Names[i], 6, 5, (x, y) => new SKColor((byte)shade, (byte)(x * 9), (byte)(y * 9)));
        }

        return Under("images");
    }

    private string Pack(string kind, IEnumerable<(string Name, string Source)> files)
    {
        (string, byte[])[] contents = [.. files.Select(file => (file.Name, File.ReadAllBytes(Under("images/" + file.Source))))];
        return kind switch
        {
            "stored.zip" => Zip(kind, CompressionLevel.NoCompression, contents),
            "deflated.zip" => Zip(kind, CompressionLevel.Optimal, contents),
            "ustar.tar" => Tar(kind, TarEntryFormat.Ustar, contents),
            "pax.tar" => Tar(kind, TarEntryFormat.Pax, contents),
            _ => Tar(kind, TarEntryFormat.Gnu, contents),
        };
    }

    private string Zip(string name, CompressionLevel level, (string Name, byte[] Content)[] files)
    {
        using FileStream stream = File.Create(Under(name));
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach ((string file, byte[] content) in files)
        {
            using Stream entry = archive.CreateEntry(file, level).Open();
            entry.Write(content);
        }

        return Under(name);
    }

    private string Tar(string name, TarEntryFormat format, (string Name, byte[] Content)[] files, params TarEntry[] links)
    {
        using FileStream stream = File.Create(Under(name));
        using var writer = new TarWriter(stream, format);
        foreach ((string file, byte[] content) in files)
        {
            TarEntry entry = format switch
            {
                TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, file),
                TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, file),
                _ => new PaxTarEntry(TarEntryType.RegularFile, file),
            };
            entry.DataStream = new MemoryStream(content);
            writer.WriteEntry(entry);
        }

        foreach (TarEntry link in links) writer.WriteEntry(link);
        return Under(name);
    }
}
