using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>
/// Checkpoints as folders: <c>model.safetensors</c> under the names of the state dictionary, <c>ema.safetensors</c> where an
/// average is kept, <c>optimizer.safetensors</c>, <c>state.json</c>, and their checksums in <c>SHA256SUMS</c>. A folder is replaced as a whole: whenever a program is
/// killed, or the power is cut, the new one or the old one can be loaded.
/// </summary>
/// <remarks>
/// The new folder is filled beside the old one, the checksums last, so that a folder with that file is complete; then the old
/// one is renamed away and the new one into its place. <see cref="Find"/> finishes what was interrupted between the two.
/// </remarks>
public static class CheckpointFolder
{
    /// <summary>The file of the weights.</summary>
    public const string ModelFile = "model.safetensors";

    /// <summary>The file of the averaged weights.</summary>
    public const string EmaFile = "ema.safetensors";

    /// <summary>The file of the optimizer's memory.</summary>
    public const string OptimizerFile = "optimizer.safetensors";

    /// <summary>The file that says of which model and how far trained the checkpoint is.</summary>
    public const string StateFile = "state.json";

    private const string NewSuffix = ".new";
    private const string OldSuffix = ".old";

    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>Writes a checkpoint, in place of the one that is there.</summary>
    /// <param name="folder">The folder to make or replace.</param>
    /// <param name="content">What to write; its tensors stay the caller's.</param>
    /// <exception cref="DeitException">The disk refuses; the checkpoint that was there can still be loaded.</exception>
    public static void Save(string folder, CheckpointContent content)
    {
        string fresh = folder + NewSuffix;
        try
        {
            // An unfinished replacement comes to its end first: its leftovers may be the only complete checkpoint.
            RequireParent(folder);
            Recover(folder);
            DeleteIfThere(fresh);
            Directory.CreateDirectory(fresh);
            Fill(fresh, content);
            Replace(folder, fresh);
        }
        catch (DeitException)
        {
            DiscardHalf(fresh);
            throw;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DiscardHalf(fresh);
            throw new DeitException(
                $"The checkpoint '{folder}' could not be written: {exception.Message} Make room, then resume the run.", exception);
        }
    }

    /// <summary>What the checkpoint in a folder is of; null where there is none.</summary>
    /// <exception cref="DeitException">The folder is damaged.</exception>
    public static CheckpointState? Find(string folder)
    {
        Recover(folder);
        string path = Path.Combine(folder, StateFile);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<CheckpointState>(File.ReadAllText(path), Json) ?? throw new JsonException("It says null.");
        }
        catch (JsonException exception)
        {
            throw new DeitException($"'{path}' is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a checkpoint onto the CPU.</summary>
    /// <exception cref="DeitException">There is none, or it is damaged.</exception>
    public static CheckpointContent Load(string folder)
    {
        CheckpointState state = Find(folder)
            ?? throw new DeitException($"There is no checkpoint in '{folder}': its {StateFile} is missing.");
        ChecksumFile.Verify(folder);
        using DisposeScope scope = NewDisposeScope();
        string average = Path.Combine(folder, EmaFile);
        var content = new CheckpointContent(
            Safetensors.Load(Path.Combine(folder, ModelFile)),
            File.Exists(average) ? Safetensors.Load(average) : null,
            Safetensors.Load(Path.Combine(folder, OptimizerFile)),
            state);
        return content.MoveToOuterDisposeScope();
    }

    private static void Fill(string folder, CheckpointContent content)
    {
        Safetensors.Save(Path.Combine(folder, ModelFile), content.Model, Metadata);
        if (content.Ema is not null) Safetensors.Save(Path.Combine(folder, EmaFile), content.Ema, Metadata);
        Safetensors.Save(Path.Combine(folder, OptimizerFile), content.Optimizer, Metadata);
        byte[] state = [.. JsonSerializer.SerializeToUtf8Bytes(content.State, Json), (byte)'\n'];
        AtomicFile.Write(Path.Combine(folder, StateFile), state.Length, stream => stream.Write(state));
        ChecksumFile.Write(folder);
    }

    private static void Replace(string folder, string fresh)
    {
        string old = folder + OldSuffix;
        DeleteIfThere(old);
        if (Directory.Exists(folder)) Directory.Move(folder, old);
        MoveOrFind(fresh, folder);

        // Before the old one is gone, the disk knows the new one.
        FolderEntries.Flush(Path.GetDirectoryName(Path.GetFullPath(folder))!);
        DeleteIfThere(old);
    }

    /// <summary>Puts a complete checkpoint back into its place where a replacement was interrupted between its two renames.</summary>
    private static void Recover(string folder)
    {
        if (Directory.Exists(folder)) return;
        foreach (string candidate in (string[])[folder + NewSuffix, folder + OldSuffix])
        {
            if (!ChecksumFile.IsIn(candidate)) continue;
            MoveOrFind(candidate, folder);
            return;
        }
    }

    /// <summary>
    /// Moves a complete checkpoint into its place, unless somebody else has: who looks at a run just between the two renames of the process
    /// that writes it finishes its work.
    /// </summary>
    private static void MoveOrFind(string complete, string folder)
    {
        try
        {
            Directory.Move(complete, folder);
        }
        catch (IOException) when (ChecksumFile.IsIn(folder))
        {
        }
    }

    /// <summary>A folder that somebody took away is not made again with a checkpoint alone in it.</summary>
    private static void RequireParent(string folder)
    {
        string parent = Path.GetDirectoryName(Path.GetFullPath(folder))!;
        if (Directory.Exists(parent)) return;
        throw new DeitException($"The checkpoint '{folder}' could not be written: there is no folder '{parent}' any more. Bring it back, then resume the run.");
    }

    /// <summary>Makes room again. A new checkpoint that is complete stays: it may be the only one.</summary>
    private static void DiscardHalf(string folder)
    {
        try
        {
            if (!ChecksumFile.IsIn(folder)) DeleteIfThere(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk has failed already; that failure is the one to report.
        }
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
