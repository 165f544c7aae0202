using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// Elements here and there of a model's tensors, by which a change of the weights is noticed: an optimizer's step and weights that
/// are loaded change all of a tensor. So is one that was given other memory, as <see cref="FlatParameters"/> does. On other devices
/// than the CPU it sees no elements; there and after single elements were changed by hand, <c>train()</c> or <c>eval()</c> tells the model.
/// </summary>
internal sealed class WeightSamples : IDisposable
{
    private const int SamplesOfTensor = 8;

    private readonly List<Place> _places = [];
    private readonly ulong _state;

    /// <summary>Takes the samples.</summary>
    /// <param name="tensors">The tensors; they stay their owners'.</param>
    public WeightSamples(IEnumerable<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors.Where(static tensor => tensor.NumberOfElements > 0))
        {
            bool isRead = tensor.device_type == DeviceType.CPU && tensor.is_contiguous();
            long count = isRead ? Math.Min(SamplesOfTensor, tensor.NumberOfElements) : 0;
            long stride = isRead ? tensor.NumberOfElements / count * tensor.ElementSize : 0;

            // An alias keeps the memory alive, even where the model lets go of it.
            _places.Add(new(tensor, tensor.alias().DetachFromDisposeScope(), Aten.AddressOf(tensor), stride, (int)count, (int)tensor.ElementSize));
        }

        _state = State();
    }

    /// <summary>Whether an element that was sampled is another one now, or a tensor is elsewhere.</summary>
    public bool HaveChanged() => _places.Exists(static place => place.Tensor.IsInvalid || Aten.AddressOf(place.Tensor) != place.Address) || State() != _state;

    /// <summary>Frees the views.</summary>
    public void Dispose()
    {
        foreach (Place place in _places) place.Alias.Dispose();
    }

    // FNV-1a over all bits of the samples: the last ones alone are zero of every weight that came from bfloat16.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe ulong State()
    {
        ulong hash = 14695981039346656037;
        foreach (Place place in _places)
        {
            byte* sample = (byte*)place.Address;
            for (int i = 0; i < place.Count; i++, sample += place.Stride)
            {
                ulong bits = place.Size switch
                {
                    1 => *sample,
                    2 => *(ushort*)sample,
                    4 => *(uint*)sample,
                    _ => *(ulong*)sample,
                };
                hash = (hash ^ bits) * 1099511628211;
            }
        }

        return hash;
    }

    /// <summary>Where samples of a tensor are.</summary>
    /// <param name="Tensor">The model's tensor.</param>
    /// <param name="Alias">The memory that it had.</param>
    /// <param name="Address">Where that begins.</param>
    /// <param name="Stride">Bytes from one sample to the next.</param>
    /// <param name="Count">How many samples.</param>
    /// <param name="Size">Bytes of one.</param>
    private readonly record struct Place(Tensor Tensor, Tensor Alias, nint Address, long Stride, int Count, int Size);
}
