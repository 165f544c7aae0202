namespace Deit.Operators;

/// <summary>A parameter of an operator.</summary>
/// <param name="Name">Its name in the operator's schema.</param>
/// <param name="Type">What it takes.</param>
/// <param name="IsOptional">Whether <see cref="AtenArgument.None"/> may be given.</param>
public sealed record AtenParameter(string Name, AtenType Type, bool IsOptional = false);

/// <summary>
/// An operator that is called through libtorch's dispatcher, with its schema: arguments are checked before the call, since a wrong
/// one would be read as something else. Only operators of this table can be called.
/// </summary>
public sealed record AtenOperator
{
    private AtenOperator(string name, string overload, int results, params AtenParameter[] parameters)
    {
        Name = name;
        Overload = overload;
        Results = results;
        Parameters = parameters;
    }

    /// <summary>The gradients of a convolution with respect to input, weight and bias.</summary>
    public static AtenOperator ConvolutionBackward { get; } = new(
        "aten::convolution_backward", "", 3,
        new("grad_output", AtenType.Tensor), new("input", AtenType.Tensor), new("weight", AtenType.Tensor), new("bias_sizes", AtenType.Integers, IsOptional: true),
        new("stride", AtenType.Integers), new("padding", AtenType.Integers), new("dilation", AtenType.Integers), new("transposed", AtenType.Boolean),
        new("output_padding", AtenType.Integers), new("groups", AtenType.Integer), new("output_mask", AtenType.Booleans));

    /// <summary>The same memory as elements of another type.</summary>
    public static AtenOperator ViewAs { get; } = new("aten::view", "dtype", 1, new("self", AtenType.Tensor), new("dtype", AtenType.Integer));

    /// <summary>Brings the weight of a convolution into the order that oneDNN multiplies fastest (CPU).</summary>
    public static AtenOperator ReorderConvolutionWeight { get; } = new(
        "mkldnn::_reorder_convolution_weight", "", 1,
        new("self", AtenType.Tensor), new("padding", AtenType.Integers), new("stride", AtenType.Integers), new("dilation", AtenType.Integers),
        new("groups", AtenType.Integer), new("input_size", AtenType.Integers, IsOptional: true));

    /// <summary>A convolution by oneDNN with an activation applied to what it gives (CPU).</summary>
    public static AtenOperator ConvolutionPointwise { get; } = new(
        "mkldnn::_convolution_pointwise", "", 1,
        new("X", AtenType.Tensor), new("W", AtenType.Tensor), new("B", AtenType.Tensor, IsOptional: true), new("padding", AtenType.Integers),
        new("stride", AtenType.Integers), new("dilation", AtenType.Integers), new("groups", AtenType.Integer), new("attr", AtenType.String),
        new("scalars", AtenType.Scalars), new("algorithm", AtenType.String, IsOptional: true));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AtenOperator> All { get; } = [ConvolutionBackward, ViewAs, ReorderConvolutionWeight, ConvolutionPointwise];

    /// <summary>The name with its namespace: <c>aten::convolution_backward</c>.</summary>
    public string Name { get; }

    /// <summary>Which of the operators of that name; empty for the main one.</summary>
    public string Overload { get; }

    /// <summary>How many tensors it gives.</summary>
    public int Results { get; }

    /// <summary>What it takes, in order.</summary>
    public IReadOnlyList<AtenParameter> Parameters { get; }

    /// <summary>The name with the overload: <c>aten::mm.out</c>.</summary>
    public override string ToString() => Overload.Length == 0 ? Name : $"{Name}.{Overload}";

    /// <summary>Refuses arguments that the schema does not have.</summary>
    /// <param name="arguments">All of them, in order.</param>
    /// <exception cref="ArgumentException">Their number or the type of one is wrong.</exception>
    internal void Check(ReadOnlySpan<AtenArgument> arguments)
    {
        if (arguments.Length != Parameters.Count)
        {
            throw new ArgumentException(FormattableString.Invariant($"{this} takes {Parameters.Count} arguments, {arguments.Length} were given."));
        }

        for (int index = 0; index < arguments.Length; index++)
        {
            AtenParameter parameter = Parameters[index];
            if (arguments[index].Type is { } type ? type != parameter.Type : !parameter.IsOptional)
            {
                throw new ArgumentException($"{this}: {arguments[index]} was given for {parameter.Name}, which takes {parameter.Type}.");
            }
        }
    }
}
