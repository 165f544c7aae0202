using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Deit.Checkpoints.PyTorch;
using Deit.Compiler.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>An open file of named tensors, whichever its format; a tensor is read when it is asked for.</summary>
public abstract class WeightFile : IDisposable
{
    private const int MostCompared = 5000;

    private protected WeightFile(string path) => Path = path;

    /// <summary>The file's path, as it was given.</summary>
    public string Path { get; }

    /// <summary>What the file is, for people: <c>PyTorch (zip), 'model'</c>.</summary>
    public abstract string Format { get; }

    /// <summary>The names of the tensors, in the order of the file.</summary>
    public abstract ImmutableArray<string> Names { get; }

    /// <summary>The free text of a safetensors file; empty where there is none.</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata => ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// What the file holds besides the tensors, each with its Python type: <c>'args' (argparse.Namespace)</c>. It was looked at and
    /// left alone; nothing of it was ever run.
    /// </summary>
    public virtual ImmutableArray<string> Ignored => [];

    /// <summary>
    /// Opens a safetensors file or a PyTorch checkpoint, of <c>torch.save</c>'s zip format or the one before it; the content
    /// decides which it is, not the name.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="key">
    /// Which dictionary of a checkpoint holds the weights, such as <c>model_ema</c>; null looks for <c>model</c>, <c>state_dict</c>
    /// and their like, or takes the tensors that lie in no dictionary.
    /// </param>
    /// <exception cref="DeitException">The file cannot be read, is of no known format, or is malformed.</exception>
    public static WeightFile Open(string path, string? key = null)
    {
        FileBytes file = FileBytes.Open(path);
        try
        {
            return WeightFormat.Of(file) switch
            {
                WeightFormatKind.PyTorchZip => PyTorchFile.OpenZip(file, key),
                WeightFormatKind.PyTorchLegacy => PyTorchFile.OpenLegacy(file, key),
                _ when key is not null => throw new DeitException(
                    $"'{path}' is a safetensors file, which has no dictionaries to choose '{key}' from. Leave the key out."),
                _ => SafetensorsFile.Open(file),
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="DeitException">The file has no tensor of that name.</exception>
    public abstract ImmutableArray<long> ShapeOf(string name);

    /// <summary>The element type of a tensor.</summary>
    /// <exception cref="DeitException">The file has no tensor of that name.</exception>
    public abstract ScalarType TypeOf(string name);

    /// <summary>Reads one tensor; the caller, or the current dispose scope, owns it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">Where to put it; null is the CPU.</param>
    /// <exception cref="DeitException">The file has no tensor of that name, it cannot be read, or no memory is left for it.</exception>
    public Tensor Read(string name, Device? device = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tensor = Allocate(name, TypeOf(name));
        ReadInto(name, tensor);
        if (device is not null && device.type != DeviceType.CPU) tensor = tensor.to(device);
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Reads one tensor into another one's elements, converting type and device. Where there is nothing to convert, the bytes of the
    /// file go straight into the target's memory.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="target">A tensor of the same shape.</param>
    /// <exception cref="DeitException">The file has no tensor of that name, it has another shape, or it cannot be read.</exception>
    public void ReadInto(string name, Tensor target)
    {
        ImmutableArray<long> shape = ShapeOf(name);
        if (!target.shape.AsSpan().SequenceEqual(shape.AsSpan()))
        {
            throw new DeitException(
                $"'{Path}': tensor {EntryText.Quote(name)} is {EntryText.Shape(shape.AsSpan())}; "
                + $"it cannot be read into {EntryText.Shape(target.shape)}.");
        }

        try
        {
            ReadElements(name, target);
        }
        catch (IOException exception)
        {
            throw new DeitException($"'{Path}': tensor {EntryText.Quote(name)} cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Reads one tensor that is there into a target of its shape.</summary>
    private protected abstract void ReadElements(string name, Tensor target);

    /// <summary>What asking for a tensor that is not there leads to.</summary>
    private protected DeitException NoTensor(string name) =>
        new($"'{Path}' has no tensor {EntryText.Quote(name)}. {Suggestions.Sentence(name, Names.Take(MostCompared))}");

    /// <summary>Makes a tensor of one's shape, on the CPU, without elements yet.</summary>
    /// <exception cref="DeitException">No memory is left.</exception>
    internal Tensor Allocate(string name, ScalarType type)
    {
        ImmutableArray<long> shape = ShapeOf(name);
        try
        {
            return empty(shape.AsSpan(), dtype: type, device: CPU);
        }
        catch (ExternalException exception)
        {
            throw new DeitException(
                $"'{Path}': no memory is left for tensor {EntryText.Quote(name)}, {EntryText.Shape(shape.AsSpan())} of {type}.", exception);
        }
    }
}
