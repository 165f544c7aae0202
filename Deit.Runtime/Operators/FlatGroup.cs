using System.Runtime.Intrinsics;
using Deit.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>Where a parameter lies in the flat tensors of its group.</summary>
/// <param name="Name">The parameter's name in the model.</param>
/// <param name="Parameter">The model's own parameter.</param>
/// <param name="Offset">Elements before it.</param>
/// <param name="Shape">Its shape.</param>
public sealed record FlatEntry(string Name, Parameter Parameter, long Offset, IReadOnlyList<long> Shape)
{
    /// <summary>How many elements it has.</summary>
    public long Count { get; } = Shape.Aggregate(1L, static (product, extent) => product * extent);

    /// <summary>The part of a flat tensor that is this parameter's, in its shape: a view.</summary>
    /// <param name="flat">A tensor of the group's length.</param>
    public Tensor In(Tensor flat)
    {
        using Tensor part = flat.narrow(0, Offset, Count);
        return part.view([.. Shape]);
    }
}

/// <summary>The parameters of one weight decay and learning rate, one after another in one tensor, and their gradients in another.</summary>
public sealed class FlatGroup : IDisposable
{
    /// <summary>Elements of a cache line in float32: every parameter begins at a multiple, so that none shares a line with another.</summary>
    private const long Alignment = 16;

    /// <summary>Moves the storage of parameters, and of their gradients, into two new tensors.</summary>
    /// <param name="group">Parameters of one device and one type.</param>
    /// <exception cref="ArgumentException">There are none, or their devices or types differ.</exception>
    public FlatGroup(ParameterGroup group)
    {
        Name = group.Name;
        WeightDecay = group.WeightDecay;
        LearningRateScale = group.LearningRateScale;
        Parameter first = group.Parameters.Count > 0
            ? group.Parameters[0].Parameter
            : throw new ArgumentException($"The group '{group.Name}' has no parameters.", nameof(group));
        if (group.Parameters.FirstOrDefault(entry => !AreAlike(entry.Parameter, first)) is { Parameter: not null } other)
        {
            throw new ArgumentException(
                $"'{other.Name}' is of type {other.Parameter.dtype} on {other.Parameter.device}, '{group.Parameters[0].Name}' of {first.dtype} on "
                + $"{first.device}: flat storage holds one type on one device.",
                nameof(group));
        }

        long end = 0;
        var entries = new List<FlatEntry>(group.Parameters.Count);
        foreach ((string name, Parameter parameter) in group.Parameters)
        {
            var entry = new FlatEntry(name, parameter, end, parameter.shape);
            entries.Add(entry);
            end = (end + entry.Count + Alignment - 1) / Alignment * Alignment;
        }

        Entries = entries;
        using IDisposable noGradient = no_grad();
        Values = zeros([end], dtype: first.dtype, device: first.device).DetachFromDisposeScope();
        Gradients = zeros([end], dtype: first.dtype, device: first.device).DetachFromDisposeScope();
        IsOnHost = Values.is_cpu() && Values.dtype == ScalarType.Float32 && Vector256.IsHardwareAccelerated;
        foreach (FlatEntry entry in entries)
        {
            Move(entry);
        }
    }

    /// <summary>The group's name, such as <c>decay</c>.</summary>
    public string Name { get; }

    /// <summary>The decay, per unit of learning rate.</summary>
    public double WeightDecay { get; }

    /// <summary>What the learning rate of a step is multiplied by.</summary>
    public double LearningRateScale { get; }

    /// <summary>The parameters in order.</summary>
    public IReadOnlyList<FlatEntry> Entries { get; }

    /// <summary>All values, of one dimension. What lies between two parameters is zero.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, of one dimension, laid out as <see cref="Values"/>.</summary>
    public Tensor Gradients { get; }

    /// <summary>Whether the C# kernels can work on it: float32 in the memory of a CPU that has vectors of 256 bits.</summary>
    internal bool IsOnHost { get; }

    /// <summary>Lets go of the flat tensors. The parameters keep their memory: theirs are views of it.</summary>
    public void Dispose()
    {
        Values.Dispose();
        Gradients.Dispose();
    }

    /// <summary>The first element of a flat tensor on the CPU.</summary>
    internal static unsafe float* PointerTo(Tensor flat)
    {
        using var matrix = new Matrix(flat, flat.storage_offset(), 1, flat.NumberOfElements);
        return matrix.Pointer;
    }

    private static bool AreAlike(Tensor a, Tensor b) => a.dtype == b.dtype && a.device_type == b.device_type && a.device_index == b.device_index;

    /// <summary>The Parameter object stays, and with it the model's, the optimizer's and autograd's knowledge of it; its storage changes.</summary>
    private void Move(FlatEntry entry)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor place = entry.In(Values);
        place.copy_(entry.Parameter);
        entry.Parameter.set_(place);

        Tensor gradient = entry.In(Gradients);
        if (entry.Parameter.grad is { } present)
        {
            gradient.copy_(present);
        }

        entry.Parameter.grad = gradient;
    }
}
