using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// Elements here and there of a model's tensors, by which a change of the weights is noticed: an optimizer's step and weights that
/// are loaded change all of a tensor. On other devices than the CPU it notices nothing; there and after single elements were
/// changed by hand, <c>train()</c> or <c>eval()</c> tells the model.
/// </summary>
internal sealed class WeightSamples : IDisposable
{
    private const int SamplesOfTensor = 8;

    private readonly List<(Tensor Tensor, nint Address, int Stride, int Count)> _places = [];
    private readonly ulong _state;

    /// <summary>Takes the samples.</summary>
    /// <param name="tensors">The tensors; they stay their owners'.</param>
    public WeightSamples(IEnumerable<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors.Where(static tensor => tensor.device_type == DeviceType.CPU && tensor.is_contiguous() && tensor.NumberOfElements > 0 && tensor.ElementSize >= sizeof(ushort)))
        {
            // An alias keeps the memory alive, even where the model lets go of it.
            Tensor alias = tensor.alias().DetachFromDisposeScope();
            int size = (int)tensor.ElementSize;
            using var matrix = new Matrix(alias, alias.storage_offset(), 1, 1);
            int count = (int)Math.Min(SamplesOfTensor, tensor.NumberOfElements);
            _places.Add((alias, matrix.Address, checked((int)(tensor.NumberOfElements / count)) * size, count));
        }

        _state = State();
    }

    /// <summary>Whether an element that was sampled is another one now.</summary>
    public bool HaveChanged() => State() != _state;

    /// <summary>Frees the views.</summary>
    public void Dispose()
    {
        foreach ((Tensor tensor, _, _, _) in _places) tensor.Dispose();
    }

    // FNV-1a over the samples' first bytes.
    private unsafe ulong State()
    {
        ulong hash = 14695981039346656037;
        foreach ((_, nint address, int stride, int count) in _places)
        {
            for (int i = 0; i < count; i++)
            {
                var bytes = new ReadOnlySpan<byte>((byte*)address + ((long)i * stride), sizeof(ushort));
                hash = (hash ^ MemoryMarshal.Read<ushort>(bytes)) * 1099511628211;
            }
        }

        return hash;
    }
}
