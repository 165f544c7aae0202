using Deit.Operators;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

/// <summary>
/// Matrices for a test of an operator, of one type on one device. Outputs begin as NaN, so that what is left out shows, and every
/// matrix lies between guards, which no operator may touch.
/// </summary>
internal sealed class Workspace : IDisposable
{
    private const int Guard = 24;
    private const double GuardValue = 12345;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly List<(Matrix Matrix, Tensor Memory)> _matrices = [];
    private readonly ScalarType _type;
    private readonly Device _device;

    public Workspace(string device, ScalarType type)
    {
        _device = Devices.Require(device);
        _type = type;
    }

    /// <summary>What results may differ by, of the largest expected value.</summary>
    public double Tolerance => _type == ScalarType.Float64 ? 1e-10 : 1e-5;

    /// <summary>Devices and types: float32 on the CPU are the kernels, float64 libtorch's operators.</summary>
    public static TheoryData<string, ScalarType> Kinds => new()
    {
        { "cpu", ScalarType.Float32 },
        { "cpu", ScalarType.Float64 },
        { "cuda", ScalarType.Float32 },
    };

    /// <summary>Values from -1 to 1 as a leaf of autograd's graph in float64, on the CPU: what the oracle works with.</summary>
    public Tensor Leaf(string name, params long[] shape)
    {
        Tensor values = tensor(HashFill.Uniform(name, (int)shape.Aggregate(1L, static (a, b) => a * b)), device: CPU).reshape(shape);

        // In float32 the oracle must begin with the values that the operator gets.
        return values.to(_type).to(ScalarType.Float64).detach().requires_grad_(true);
    }

    /// <summary>The same values in the type and on the device of the operator, without a gradient.</summary>
    public Tensor Tensor(Tensor values) => values.detach().to(_type).to(_device).clone();

    /// <summary>A matrix with the values of a tensor.</summary>
    public Matrix Of(Tensor values, long rows, long columns, long images = 1)
    {
        Matrix matrix = New(rows, columns, images);
        using (no_grad()) matrix.Tensor.copy_(values.reshape(rows, columns));
        return matrix;
    }

    /// <summary>A matrix with the values of a matrix.</summary>
    public Matrix Of(Tensor values) => Of(values, values.shape[0], values.shape[1]);

    /// <summary>A matrix of one row.</summary>
    public Matrix Row(Tensor values) => Of(values, 1, values.NumberOfElements);

    /// <summary>A matrix of NaN.</summary>
    public Matrix New(long rows, long columns, long images = 1)
    {
        Tensor memory = full([rows * columns + 2 * Guard], GuardValue, dtype: _type, device: _device);
        memory.narrow(0, Guard, rows * columns).fill_(double.NaN);
        var matrix = new Matrix(memory, Guard, rows, columns, images);
        _matrices.Add((matrix, memory));
        return matrix;
    }

    /// <summary>Demands that a matrix holds these values.</summary>
    public void Holds(Tensor expected, Matrix actual, string what = "") => Holds(expected, actual, Tolerance, what);

    /// <summary>Demands that a matrix holds these values.</summary>
    public void Holds(Tensor expected, Matrix actual, double tolerance, string what = "")
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor found = actual.Tensor.cpu().to(ScalarType.Float64).flatten();
        Tensor wanted = expected.flatten();
        Assert.Equal(wanted.NumberOfElements, found.NumberOfElements);
        double scale = Math.Max(wanted.abs().max().item<double>(), 1e-3);
        double difference = (found - wanted).abs().max().item<double>();
        Assert.True(difference <= tolerance * scale, FormattableString.Invariant($"{what}: differs by {difference:E2} of {scale:E2}"));
    }

    public void Dispose()
    {
        foreach ((Matrix matrix, Tensor memory) in _matrices)
        {
            using Tensor guards = cat([memory.narrow(0, 0, Guard), memory.narrow(0, Guard + matrix.Count, Guard)]);
            Assert.True((guards == GuardValue).all().item<bool>(), $"something wrote beside {matrix}");
            matrix.Dispose();
        }

        _scope.Dispose();
    }
}
