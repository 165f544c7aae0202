using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The memory of generated training code: one arena for every intermediate value of a step, at the places that the compiler
/// planned, and the model's own tensors as matrices. Made once for a model and a batch size; a step allocates nothing.
/// </summary>
/// <remarks>
/// Make it after the model is on its device and, where they are wanted, after <see cref="FlatParameters"/>: it keeps the memory
/// that parameters and gradients have then.
/// </remarks>
public sealed class TrainingMemory : ModelMemory
{
    private readonly Dictionary<string, Tensor> _buffers;
    private readonly Dictionary<string, Tensor> _gradients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeptImages> _kept = new(StringComparer.Ordinal);
    private readonly StepDraws _draws;
    private Tensor? _halves;

    /// <summary>Makes the arena.</summary>
    /// <param name="model">The model; all its parameters are on one device and of one type.</param>
    /// <param name="batch">Images of a step; at least 1.</param>
    /// <param name="elementsPerImage">Elements of the arena for each image; a multiple of 16 keeps what follows aligned.</param>
    /// <param name="constantElements">Elements whatever the batch.</param>
    public TrainingMemory(nn.Module model, long batch, long elementsPerImage, long constantElements)
        : base(model, batch, elementsPerImage, constantElements)
    {
        _buffers = model.named_buffers().ToDictionary(static entry => entry.name, static entry => entry.buffer, StringComparer.Ordinal);
        _draws = new(model, batch, Arena.dtype, Arena.device);
    }

    /// <summary>The same memory as elements of bfloat16; where libtorch offers no view of it, memory of its own.</summary>
    private Tensor Halves => _halves ??= (Aten.IsAvailable
        ? Aten.Dispatch(AtenOperator.ViewAs, Arena, (long)ScalarType.BFloat16)[0]!
        : empty([Arena.numel() * HalvesPerElement], dtype: ScalarType.BFloat16, device: Arena.device)).DetachFromDisposeScope();

    private long HalvesPerElement => Arena.ElementSize / sizeof(short);

    /// <summary>A matrix whose extent does not depend on the batch.</summary>
    /// <param name="offset">Elements before it in that part of the arena.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public Matrix Constant(long offset, long rows, long columns) => Keep(new(Arena, checked(ConstantsBegin + offset), rows, columns));

    /// <summary>A matrix of bfloat16 with rows for each image.</summary>
    /// <param name="offset">Elements of the arena before it for each image.</param>
    /// <param name="rows">Rows for each image.</param>
    /// <param name="columns">Columns.</param>
    public Matrix HalfMatrix(long offset, long rows, long columns) => Keep(new(Halves, checked(offset * Batch * HalvesPerElement), checked(rows * Batch), columns, Batch));

    /// <summary>A matrix of bfloat16 whose extent does not depend on the batch.</summary>
    /// <param name="offset">Elements before it in that part of the arena.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public Matrix HalfConstant(long offset, long rows, long columns) => Keep(new(Halves, checked((ConstantsBegin + offset) * HalvesPerElement), rows, columns));

    /// <summary>
    /// The gradient of a parameter. One that has none yet is given one of zeros; a frozen parameter's gradient is written where
    /// nobody reads it.
    /// </summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="offset">Elements of the parameter before it, where it is a part of one.</param>
    public Matrix Gradient(string name, long rows, long columns, long offset = 0)
    {
        if (!_gradients.TryGetValue(name, out Tensor? gradient))
        {
            gradient = GradientOf(Named(Parameters, name));
            _gradients.Add(name, gradient);
        }

        return Keep(MatrixOf(gradient, name, rows, columns, offset));
    }

    /// <summary>A buffer of the model as one row: the running statistics of a normalisation, or its count of batches (an int64).</summary>
    /// <param name="name">Its name, as in the state dictionary.</param>
    /// <param name="columns">Columns.</param>
    public Matrix Buffer(string name, long columns) => Keep(MatrixOf(Named(_buffers, name), name, 1, columns, offset: 0));

    /// <summary>What stochastic depth multiplies the images of a branch by, batch x 1; see <see cref="Draw"/>.</summary>
    /// <param name="name">The name of the branch's module, as in the model.</param>
    public Matrix DropPathFactors(string name) => _draws.FactorsOf(name);

    /// <summary>The images that a branch of stochastic depth is computed for in a step; see <see cref="Draw"/>.</summary>
    /// <param name="name">The name of the branch's module, as in the model.</param>
    public KeptImages KeptImages(string name)
    {
        if (!_kept.TryGetValue(name, out KeptImages? kept)) _kept.Add(name, kept = new(DropPathFactors(name), _draws.ModeOf(name)));
        return kept;
    }

    /// <summary>What a dropout of the model drops in a step; see <see cref="Draw"/>.</summary>
    /// <param name="name">The name of its module, as in the model.</param>
    public DropoutDraw DropoutDraw(string name) => _draws.DropoutOf(name);

    /// <summary>
    /// Draws which images and elements the next step drops, from torch's global generator, as the model's modules would: from one state
    /// of the generator both drop the same.
    /// </summary>
    public void Draw()
    {
        foreach (string branch in _draws.Draw())
        {
            if (_kept.TryGetValue(branch, out KeptImages? kept)) kept.Refresh();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        foreach (Tensor gradient in _gradients.Values)
        {
            gradient.Dispose();
        }

        foreach (KeptImages kept in _kept.Values) kept.Dispose();
        _draws.Dispose();
        _halves?.Dispose();
    }

    private static Tensor GradientOf(Parameter parameter)
    {
        using IDisposable noGradient = no_grad();
        if (parameter.grad is { } present)
        {
            return present.DetachFromDisposeScope();
        }

        Tensor gradient = zeros_like(parameter, device: parameter.device).DetachFromDisposeScope();
        if (parameter.requires_grad)
        {
            parameter.grad = gradient;
        }

        return gradient;
    }
}
