using System.Linq;

namespace Deit.Compiler.Graphs;

/// <summary>A tensor that an operator owns and a state_dict holds.</summary>
/// <param name="Name">Its name in its operator: <c>weight</c>.</param>
/// <param name="Shape">Its shape.</param>
public sealed record Parameter(string Name, EquatableArray<long> Shape)
{
    /// <summary>Whether it is learned; running statistics are not.</summary>
    public bool Trainable { get; init; } = true;

    /// <summary>Its number of elements.</summary>
    public long Count => Shape.Aggregate(1L, static (product, extent) => checked(product * extent));

    /// <summary>A learned tensor.</summary>
    public static Parameter Learned(string name, params Size[] shape) => new(name, new(shape.Select(static size => size.Value)));

    /// <summary>A tensor that is kept but not learned.</summary>
    public static Parameter Buffer(string name, params Size[] shape) => Learned(name, shape) with { Trainable = false };
}
