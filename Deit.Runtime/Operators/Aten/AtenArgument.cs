using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>What an argument of an operator is.</summary>
public enum AtenType
{
    /// <summary>A tensor, which stays its owner's.</summary>
    Tensor,

    /// <summary>An integer.</summary>
    Integer,

    /// <summary>A floating-point number.</summary>
    Double,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A text.</summary>
    String,

    /// <summary>Integers.</summary>
    Integers,

    /// <summary>Booleans.</summary>
    Booleans,

    /// <summary>Optional numbers of any type; only the empty list can be given.</summary>
    Scalars,
}

/// <summary>An argument of <see cref="Aten.Dispatch"/>; converted from what it is.</summary>
public readonly struct AtenArgument
{
    private AtenArgument(AtenType? type, object? reference = null, ulong bits = 0)
    {
        Type = type;
        Reference = reference;
        Bits = bits;
    }

    /// <summary>The argument that an optional parameter may be left out with.</summary>
    public static AtenArgument None => default;

    /// <summary>What it is; null for <see cref="None"/>.</summary>
    internal AtenType? Type { get; }

    /// <summary>The tensor, text or list.</summary>
    internal object? Reference { get; }

    /// <summary>The number, as the interface has it in a slot.</summary>
    internal ulong Bits { get; }

    /// <summary>A tensor; null is <see cref="None"/>.</summary>
    public static implicit operator AtenArgument(Tensor? tensor) => tensor is null ? None : new(AtenType.Tensor, tensor);

    /// <summary>An integer.</summary>
    public static implicit operator AtenArgument(long value) => new(AtenType.Integer, bits: (ulong)value);

    /// <summary>A floating-point number.</summary>
    public static implicit operator AtenArgument(double value) => new(AtenType.Double, bits: BitConverter.DoubleToUInt64Bits(value));

    /// <summary>True or false.</summary>
    public static implicit operator AtenArgument(bool value) => new(AtenType.Boolean, bits: value ? 1UL : 0);

    /// <summary>A text.</summary>
    public static implicit operator AtenArgument(string value) => new(AtenType.String, value);

    /// <summary>Integers.</summary>
    public static implicit operator AtenArgument(long[] values) => new(AtenType.Integers, values);

    /// <summary>Booleans.</summary>
    public static implicit operator AtenArgument(bool[] values) => new(AtenType.Booleans, values);

    /// <summary>An empty list of numbers of any type.</summary>
    public static AtenArgument NoScalars() => new(AtenType.Scalars, Array.Empty<long>());

    /// <summary>For messages: a tensor's shape, type and device, anything else as it is.</summary>
    public override string ToString() => Reference switch
    {
        Tensor tensor => Aten.Describe(tensor),
        Array list => $"{Type} of {list.Length}",
        string text => $"\"{text}\"",
        _ => Type switch
        {
            null => "none",
            AtenType.Double => FormattableString.Invariant($"{BitConverter.UInt64BitsToDouble(Bits)}"),
            AtenType.Boolean => Bits == 1 ? "true" : "false",
            _ => FormattableString.Invariant($"{(long)Bits}"),
        },
    };
}
