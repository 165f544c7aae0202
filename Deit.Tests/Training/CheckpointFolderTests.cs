using Deit.Checkpoints;
using Deit.Tests.Pretrained;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> AllDevices => Devices.All;

    private string Folder => _temporary.File("checkpoint-last");

    public void Dispose()
    {
        _scope.Dispose();
        _temporary.Dispose();
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void What_was_saved_is_loaded(string device)
    {
        Save(epoch: 1, average: true, device: Devices.Require(device));

        using CheckpointContent content = CheckpointFolder.Load(Folder);

        Assert.Equal(new CheckpointState("model", 1, 0.5), content.State);
        Assert.Equal([1, 2, 3], [content.Model["weight"].item<float>(), content.Ema!["weight"].item<float>(), content.Optimizer["step"].item<float>()]);
        Assert.Equal(
            ["SHA256SUMS", "ema.safetensors", "model.safetensors", "optimizer.safetensors", "state.json"],
            Directory.GetFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_new_checkpoint_takes_the_place_of_the_old_one_whole()
    {
        Save(epoch: 1, average: true);
        Save(epoch: 2, average: false);

        Assert.Equal(2, CheckpointFolder.Find(Folder)!.Epoch);
        Assert.False(File.Exists(Path.Combine(Folder, CheckpointFolder.EmaFile)));
        Assert.Equal(["checkpoint-last"], Directory.GetDirectories(_temporary.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Killed_while_the_new_one_is_filled_the_old_one_is_loaded()
    {
        Save(epoch: 1);
        Directory.CreateDirectory(Folder + ".new");
        File.WriteAllText(Path.Combine(Folder + ".new", CheckpointFolder.ModelFile), "half of it");

        Assert.Equal(1, CheckpointFolder.Find(Folder)!.Epoch);
        Save(epoch: 2);
        Assert.Equal(2, CheckpointFolder.Find(Folder)!.Epoch);
    }

    [Fact]
    public void Killed_between_the_two_renames_the_new_one_is_loaded()
    {
        Save(epoch: 1);
        Directory.Move(Folder, Folder + ".old");
        Save(epoch: 2, folder: Folder + "-elsewhere");
        Directory.Move(Folder + "-elsewhere", Folder + ".new");

        using CheckpointContent content = CheckpointFolder.Load(Folder);

        Assert.Equal(2, content.State.Epoch);
        Save(epoch: 3);
        Assert.Equal(["checkpoint-last"], Directory.GetDirectories(_temporary.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Where_only_the_old_one_is_complete_it_is_loaded()
    {
        Save(epoch: 1);
        Directory.Move(Folder, Folder + ".old");
        Directory.CreateDirectory(Folder + ".new");

        Assert.Equal(1, CheckpointFolder.Find(Folder)!.Epoch);
    }

    [Fact]
    public void Killed_before_the_old_one_is_deleted_the_new_one_is_loaded()
    {
        Save(epoch: 1);
        Directory.Move(Folder, Folder + ".old");
        Save(epoch: 2, folder: Folder + "-elsewhere");
        Directory.Move(Folder + "-elsewhere", Folder);

        Assert.Equal(2, CheckpointFolder.Find(Folder)!.Epoch);
    }

    [Fact]
    public void No_checkpoint_is_not_found_and_a_damaged_one_is_named()
    {
        Assert.Null(CheckpointFolder.Find(Folder));
        Assert.Throws<DeitException>(() => CheckpointFolder.Load(Folder));

        Save(epoch: 1);
        File.WriteAllText(Path.Combine(Folder, CheckpointFolder.StateFile), "{");

        var error = Assert.Throws<DeitException>(() => CheckpointFolder.Find(Folder));
        Assert.Contains("state.json' is damaged", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CheckpointFolder.ModelFile)]
    [InlineData(CheckpointFolder.OptimizerFile)]
    [InlineData(CheckpointFolder.StateFile)]
    public void A_bit_that_changed_on_the_disk_is_found_and_its_file_is_named(string name)
    {
        Save(epoch: 1);
        string path = Path.Combine(Folder, name);
        byte[] bytes = File.ReadAllBytes(path);

        // White space and mantissas: what reads the file alone is content with it.
        bytes[^1] ^= 2;
        File.WriteAllBytes(path, bytes);

        var error = Assert.Throws<DeitException>(() => CheckpointFolder.Load(Folder));
        Assert.Contains($"{name}' is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Save(epoch: 1, average: true);
        File.Delete(Path.Combine(Folder, CheckpointFolder.EmaFile));

        Assert.Contains($"{CheckpointFolder.EmaFile}' is missing", Assert.Throws<DeitException>(() => CheckpointFolder.Load(Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_was_taken_away_is_not_made_again()
    {
        var error = Assert.Throws<DeitException>(() => Save(epoch: 1, folder: _temporary.File("gone/checkpoint-last")));

        Assert.Contains("there is no folder", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temporary.File("gone")));
    }

    [SkippableFact]
    public void On_a_full_disk_the_old_checkpoint_stays_and_no_half_one()
    {
        using SmallDisk disk = SmallDisk.Require(_temporary.Path, bytes: 128 << 10);
        Save(epoch: 1);
        Dictionary<string, Tensor> large = new() { ["weight"] = zeros([64 << 10], device: CPU) };

        var error = Assert.Throws<DeitException>(() => CheckpointFolder.Save(Folder, new(large, null, large, new("model", 2, 0.5))));

        Assert.Contains("could not be written", error.Message, StringComparison.Ordinal);
        Assert.Equal(["checkpoint-last"], Directory.GetDirectories(_temporary.Path).Select(Path.GetFileName));
        using CheckpointContent content = CheckpointFolder.Load(Folder);
        Assert.Equal(1, content.State.Epoch);
    }

    private void Save(int epoch, bool average = false, string? folder = null, Device? device = null)
    {
        Dictionary<string, Tensor> One(string name, float value) => new() { [name] = tensor(value, device: device ?? CPU) };
        CheckpointFolder.Save(folder ?? Folder, new(One("weight", 1), average ? One("weight", 2) : null, One("step", 3), new("model", epoch, 0.5)));
    }
}
