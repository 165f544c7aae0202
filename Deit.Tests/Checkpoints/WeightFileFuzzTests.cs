using Deit.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using Xunit.Abstractions;
using static Deit.Tests.Checkpoints.PickleBytes;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

/// <summary>Damaged weight files: either tensors that are what the file says of them, or the one exception, and nothing else.</summary>
/// <remarks>A few thousand files; under DEIT_LONG=1 more than a hundred thousand.</remarks>
public sealed class WeightFileFuzzTests(ITestOutputHelper output)
{
    private const int Files = 1_000;
    private const int FilesOfLongRun = 34_000;

    // What the loader allows tensors to take in all: see PyTorchFile.
    private const long SmallModelBytes = 16 << 20;
    private const int MostCopies = 4;

    [Theory]
    [InlineData("safetensors", 1)]
    [InlineData("zip", 2)]
    [InlineData("legacy", 3)]
    public void A_damaged_file_gives_consistent_tensors_or_the_one_exception(string format, int seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        string path = folder.File("damaged");
        Dictionary<string, byte[]> whole = Whole(folder);
        var mutator = new FileMutator(new Random(seed), [.. whole.Values]);
        int files = Environment.GetEnvironmentVariable("DEIT_LONG") == "1" ? FilesOfLongRun : Files;

        int opened = 0;
        for (int index = 0; index < files; index++)
        {
            byte[] damaged = mutator.Next(whole[format]);
            File.WriteAllBytes(path, damaged);
            try
            {
                if (OpensToConsistentTensors(path, damaged.Length)) opened++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"File {index} of seed {seed}: {exception.GetType()}: {exception.Message}\n{Convert.ToBase64String(damaged)}");
            }
        }

        output.WriteLine($"{format}: {files} files, of which {opened} could be opened.");

        // A damaged element is still an element; a damaged structure is found out.
        Assert.InRange(opened, files / 100, files - (files / 4));
    }

    private static bool OpensToConsistentTensors(string path, long length)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            using WeightFile file = Weights.Open(path);
            long bytes = 0;
            foreach (string name in file.Names)
            {
                using DisposeScope inner = NewDisposeScope();
                Tensor tensor = file.Read(name);
                Assert.Equal(file.ShapeOf(name), tensor.shape);
                Assert.Equal(file.TypeOf(name), tensor.dtype);
                Assert.Equal(tensor.numel(), tensor.contiguous().bytes.Length / tensor.ElementSize);
                bytes += tensor.numel() * tensor.ElementSize;
            }

            Assert.InRange(bytes, 0, (length * MostCopies) + SmallModelBytes);
            return true;
        }
        catch (DeitException exception)
        {
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', exception.Message);
            return false;
        }
    }

    /// <summary>One file of each format, with everything that a loader has to tell apart.</summary>
    private static Dictionary<string, byte[]> Whole(TemporaryFolder folder)
    {
        Tensor matrix = arange(24, dtype: ScalarType.Float32, device: CPU).view(4, 6);
        Dictionary<string, Tensor> tensors = new()
        {
            ["deit.embeddings.patch_embeddings.projection.weight"] = matrix,
            ["deit.encoder.layer.0.attention.attention.query.bias"] = matrix[0].to(ScalarType.BFloat16),
            ["deit.encoder.layer.0.attention.attention.key.bias"] = matrix[1].to(ScalarType.BFloat16),
            ["deit.encoder.layer.0.attention.attention.value.bias"] = matrix[2].to(ScalarType.BFloat16),
            ["num_batches_tracked"] = torch.tensor(3L, dtype: ScalarType.Int64, device: CPU),
            ["mask"] = matrix.gt(3),
        };
        string path = folder.File("whole.safetensors");
        Safetensors.Save(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });

        var torchBytes = new TorchBytes();
        PickleItem shared = torchBytes.Storage(matrix);
        PickleItem root = Dict(
            ("model", OrderedDict(
            [
                .. tensors.Select(entry => (entry.Key, torchBytes.Whole(entry.Value))),
                ("transposed", PickleBytes.Tensor(shared, 0, [6, 4], [1, 6])),
                ("slice", PickleBytes.Tensor(shared, 7, [2, 3], [6, 2])),
                ("expanded", PickleBytes.Tensor(shared, 1, [5, 6], [0, 1])),
            ])),
            ("args", Object("argparse", "Namespace", ("lr", Text("5e-4")), ("epochs", Int(1L << 33)))),
            ("optimizer", Dict(("param_groups", List(Int(-1), Bool(true), None)))),
            ("epoch", Int(299)));
        return new()
        {
            ["safetensors"] = File.ReadAllBytes(path),
            ["zip"] = torchBytes.Zip(root),
            ["legacy"] = torchBytes.Legacy(root),
        };
    }
}
